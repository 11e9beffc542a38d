import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { layersQuery, type RunSummary } from "@/api";
import { normalizeDocument } from "@/document";
import { NetworkDifferences } from "@/features/networkDiff";
import { runQuery } from "@/features/runs";
import { EmptyState, LineSkeletons } from "@/ui";
import classes from "./compare.module.css";

interface Props {
  runs: readonly RunSummary[];
  baseline: string | null;
}

/** What the network of one run has that another's has not. */
export function CompareNetworks({ runs, baseline }: Props) {
  const { t } = useTranslation("compare");
  const [first, setFirst] = useState<string | null>(null);
  const [second, setSecond] = useState<string | null>(null);
  const has = (id: string | null) => runs.some((run) => run.id === id);
  const before = (has(first) ? first : has(baseline) ? baseline : runs[0]?.id) ?? "";
  const after = (has(second) ? second : runs.find((run) => run.id !== before)?.id) ?? before;
  const data = runs.map((run) => ({ value: run.id, label: run.name }));
  return (
    <div data-testid="compare-network">
      <div className={classes.tools}>
        <Select
          size="xs"
          label={t("network.from")}
          data={data}
          value={before}
          onChange={setFirst}
          allowDeselect={false}
        />
        <Select
          size="xs"
          label={t("network.to")}
          data={data}
          value={after}
          onChange={setSecond}
          allowDeselect={false}
        />
      </div>
      <Pair before={before} after={after} />
    </div>
  );
}

function Pair({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation("compare");
  const [a, b, layers] = [useQuery(runQuery(before)), useQuery(runQuery(after)), useQuery(layersQuery)];
  const error = a.error ?? b.error ?? layers.error;
  const [from, to] = useMemo(
    () => [a.data, b.data].map((run) => (run?.document == null ? null : normalizeDocument(run.document))),
    [a.data, b.data],
  );
  if (error !== null) {
    return (
      <EmptyState title={t("loadFailed")} actions={<Button onClick={() => void a.refetch()}>{t("again")}</Button>}>
        {error.message}
      </EmptyState>
    );
  }
  if (!layers.data || !from || !to) return <LineSkeletons lines={4} />;
  return <NetworkDifferences before={from} after={to} layers={layers.data} />;
}
