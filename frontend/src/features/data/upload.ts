/** Where files of data are sent. */

export function uploadPath(filename: string): string {
  return `/api/datasets?${new URLSearchParams({ filename })}`;
}

export function importPath(datasetId: string, filename: string): string {
  return `/api/datasets/${encodeURIComponent(datasetId)}/files/${encodeURIComponent(filename)}`;
}
