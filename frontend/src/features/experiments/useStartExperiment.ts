import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, type ExperimentStarted, keys, sentenceOf, unwrap } from "@/api";
import { runsQuery } from "@/features/runs";
import { notifyError } from "@/ui";

/** Starts an experiment and opens its runs beside each other. */
export function useStartExperiment() {
  const { t } = useTranslation("experiments");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [starting, setStarting] = useState<string | null>(null);

  async function start(id: string): Promise<void> {
    setStarting(id);
    try {
      const { runs } = await unwrap<ExperimentStarted>(
        api.POST("/api/experiments/{id}/start", { params: { path: { id } } }),
      );
      await client.invalidateQueries({ queryKey: keys.networks });
      // The page of comparison finds its runs in the list.
      await client.fetchQuery({ ...runsQuery, staleTime: 0 });
      await navigate(`/runs/compare?ids=${runs.join(",")}&x=epoch&experiment=${id}`);
    } catch (error) {
      notifyError(t("failed.start"), sentenceOf(error));
    } finally {
      setStarting(null);
    }
  }

  return { starting, start };
}
