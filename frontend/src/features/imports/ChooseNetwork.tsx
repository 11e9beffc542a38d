import { Button, Group, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, compareWeights, type NetworkRead, networksQuery, sentenceOf, unwrap, type WeightsRead } from "@/api";
import { MatchControl, WeightsSummary } from "@/features/weights";
import { formatBytes, formatCount, notifyError, ReasonedButton } from "@/ui";
import styles from "./imports.module.css";

/** Weights alone: for which network, and what they would do in it, before anything is changed. */
export function ChooseNetwork({ weights, onClose }: { weights: WeightsRead; onClose: () => void }) {
  const { t } = useTranslation("imports");
  const navigate = useNavigate();
  const { data: networks = [] } = useQuery(networksQuery);
  const [id, setId] = useState("");
  const [chosenMatch, setMatch] = useState<"name" | "order" | null>(null);
  const source = `file:${weights.id}`;
  const network = useQuery({
    // Not the editor's key: what is read here is out of date as soon as the weights are attached.
    queryKey: ["imports", "network", id],
    queryFn: () => unwrap<NetworkRead>(api.GET("/api/networks/{id}", { params: { path: { id } } })),
    enabled: id !== "",
    staleTime: 0,
    gcTime: 0,
  });
  const document = network.data?.document;
  const comparison = useQuery({
    queryKey: ["weights", "compare", source, id, chosenMatch],
    queryFn: ({ signal }) => compareWeights(document as NonNullable<typeof document>, source, chosenMatch, signal),
    enabled: document !== undefined,
  });
  const compared = comparison.data;
  const fits = compared !== undefined && compared.totals.kept + compared.totals.resized > 0;

  async function attach() {
    if (network.data === undefined || compared === undefined) return;
    const initial = { source, match: compared.match };
    const training = { ...network.data.document.training, initial_weights: initial };
    const body = { document: { ...network.data.document, training }, revision: network.data.revision };
    try {
      await unwrap(api.PUT("/api/networks/{id}", { params: { path: { id } }, body }));
      await navigate(`/networks/${id}?drawer=weights`);
    } catch (error) {
      notifyError(t("notAttached"), sentenceOf(error));
    }
  }

  return (
    <>
      <p>
        {t("holds", {
          count: weights.num_tensors,
          numbers: formatCount(weights.num_values),
          size: formatBytes(weights.bytes),
        })}
      </p>
      <NativeSelect
        label={t("which")}
        value={id}
        data-testid="import-network"
        data={[{ value: "", label: t("choose") }, ...networks.map((each) => ({ value: each.id, label: each.name }))]}
        onChange={(event) => {
          setMatch(null);
          setId(event.currentTarget.value);
        }}
      />
      {networks.length === 0 && <p className={styles.quiet}>{t("noNetworks")}</p>}
      {comparison.error !== null && (
        <p role="alert" className={styles.error}>
          {comparison.error.message}
        </p>
      )}
      {compared !== undefined && (
        <>
          <MatchControl match={compared.match} onChange={setMatch} />
          <WeightsSummary compared={compared} />
        </>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("later")}
        </Button>
        <ReasonedButton
          reason={fits ? null : t(id === "" ? "chooseFirst" : "nothingFits")}
          onClick={() => void attach()}
          data-testid="import-attach"
        >
          {t("attach")}
        </ReasonedButton>
      </Group>
    </>
  );
}
