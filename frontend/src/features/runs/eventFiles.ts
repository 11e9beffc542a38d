/** Where the curves of runs are made into TensorBoard's event files. */
export function eventFilesUrl(ids: readonly string[]): string {
  return `/api/curves/tensorboard?${new URLSearchParams(ids.map((id) => ["run", id]))}`;
}
