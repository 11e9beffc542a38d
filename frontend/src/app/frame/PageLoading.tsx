import { LineSkeletons } from "@/ui";

/** While the first page's code is on its way. */
export function PageLoading() {
  return <LineSkeletons lines={5} />;
}
