import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api";
import { runQuery } from "@/features/runs";
import { EmptyState, LineSkeletons } from "@/ui";
import classes from "./compare.module.css";
import { diffNetworks, type NetworkDiff } from "./networkDiff";

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
    <section aria-label={t("tabs.network")} data-testid="compare-network">
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
    </section>
  );
}

function Pair({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation("compare");
  const [a, b] = [useQuery(runQuery(before)), useQuery(runQuery(after))];
  const error = a.error ?? b.error;
  if (error !== null) {
    return (
      <EmptyState title={t("loadFailed")} actions={<Button onClick={() => void a.refetch()}>{t("again")}</Button>}>
        {error.message}
      </EmptyState>
    );
  }
  if (a.data === undefined || b.data === undefined) return <LineSkeletons lines={4} />;
  return <Differences diff={diffNetworks(a.data.document, b.data.document)} />;
}

function Differences({ diff }: { diff: NetworkDiff }) {
  const { t } = useTranslation("compare");
  if (diff.nodes.length === 0 && diff.wires.length === 0) return <p className={classes.quiet}>{t("network.same")}</p>;
  return (
    <ul className={classes.changes}>
      {diff.nodes.map((node) => (
        <li key={node.path} data-change={node.change}>
          <span className={classes.change}>{t(`network.${node.change}`)}</span>
          {node.type === "=" ? (
            <code>{t("network.parameters", { block: node.path.replace(/( \/ )?=$/, "") || t("network.whole") })}</code>
          ) : (
            <>
              <code>{node.path}</code> <span className={classes.quiet}>{node.type}</span>
            </>
          )}
          {node.params.map((one) => (
            <span key={one.name} className={classes.param}>
              {one.name}: <del>{one.before || t("noValue")}</del> <ins>{one.after || t("noValue")}</ins>
            </span>
          ))}
        </li>
      ))}
      {diff.wires.map((wire) => (
        <li key={`${wire.change} ${wire.path}`} data-change={wire.change}>
          <span className={classes.change}>
            {t(wire.change === "added" ? "network.wireAdded" : "network.wireRemoved")}
          </span>
          <code>{wire.path}</code>
        </li>
      ))}
    </ul>
  );
}
