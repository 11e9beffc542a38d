import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, keys, type NetworkRead, type RunRead, sentenceOf, type TrainingConfig, unwrap } from "@/api";
import { notifyError } from "@/ui";
import { goToStep } from "./tourStore";

/** What the tour's buttons do. Every one leads on with the example network, which is made again where it was deleted. */
export function useTour() {
  const { t } = useTranslation("tour");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);

  async function withExample(act: (network: NetworkRead) => Promise<void>): Promise<void> {
    setBusy(true);
    try {
      const network = await unwrap<NetworkRead>(api.POST("/api/networks/example"));
      await client.invalidateQueries({ queryKey: keys.networks, exact: true });
      await act(network);
    } catch (error) {
      notifyError(t("failed"), sentenceOf(error));
    } finally {
      setBusy(false);
    }
  }

  const lookInside = () =>
    withExample(async ({ id }) => {
      await navigate(`/networks/${id}`);
      goToStep(2);
    });
  const openForm = () =>
    withExample(async ({ id }) => {
      await navigate(`/networks/${id}?drawer=train`);
      goToStep(3);
    });
  const train = () =>
    withExample(async ({ id, document }) => {
      const body = { network_id: id, training: document.training as unknown as TrainingConfig };
      const run = await unwrap<Pick<RunRead, "id">>(api.POST("/api/runs", { body }));
      await client.invalidateQueries({ queryKey: keys.runs(), exact: true });
      await navigate(`/runs/${run.id}`);
      goToStep(4);
    });
  const begin = useCallback(async () => {
    goToStep(1);
    await navigate("/networks");
  }, [navigate]);
  return { isBusy, begin, lookInside, openForm, train };
}
