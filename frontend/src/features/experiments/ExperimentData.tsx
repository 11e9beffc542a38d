import { useQuery } from "@tanstack/react-query";
import { DatasetFetch, datasetsQuery } from "@/features/data";

/** The way to an experiment's data where it is not on this computer yet. Loaded lazily: it brings the data pages' parts. */
export default function ExperimentData({ source }: { source: string }) {
  const { data: all } = useQuery(datasetsQuery);
  const dataset = all?.find((one) => one.id === source);
  if (dataset === undefined || dataset.state === "ready") return null;
  return <DatasetFetch dataset={dataset} />;
}
