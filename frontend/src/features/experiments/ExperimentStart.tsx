import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import { DatasetFetch, datasetsQuery, isBusy } from "@/features/data";
import { StartButton, type StartButtonProps } from "./StartButton";

/**
 * The button that starts an experiment. Where its data is not on this computer the button says so, and the way to the data
 * stands above it. Loaded lazily: it brings the data pages' parts.
 */
export default function ExperimentStart({ source, reason, ...rest }: StartButtonProps & { source: string }) {
  const { data: all } = useQuery(datasetsQuery);
  const dataset = all?.find((one) => one.id === source);
  const lacking = useLacking(dataset);
  return (
    <>
      {dataset !== undefined && lacking !== null && <DatasetFetch dataset={dataset} />}
      <StartButton {...rest} reason={lacking ?? reason} />
    </>
  );
}

/** Why nothing can be trained on the set yet; null where it is ready, or not known: the server then says what is wrong. */
function useLacking(dataset: DatasetRead | undefined): string | null {
  const { t } = useTranslation("experiments");
  if (dataset === undefined || dataset.state === "ready") return null;
  return t(isBusy(dataset) ? "data.coming" : "data.missing", { name: dataset.title });
}
