import { Button, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { CheckpointRead, TrialRead } from "@/api";
import { EmptyState, formatExact, LineSkeletons } from "@/ui";
import { ApiExample } from "./ApiExample";
import { BatchFile } from "./BatchFile";
import { Evaluation } from "./Evaluation";
import { trialQuery } from "./queries";
import { TryInput } from "./TryInput";
import classes from "./tryout.module.css";

const PARTS = ["try", "evaluation", "api"] as const;

/** A checkpoint in use: ask it, see how it does on what was held out, ask it from a program. */
export function TryOut({ checkpoints }: { checkpoints: readonly CheckpointRead[] }) {
  const { t } = useTranslation("tryout");
  const [params, setParams] = useSearchParams();
  const put = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const there = checkpoints.filter((checkpoint) => checkpoint.is_available);
  const chosen =
    there.find((checkpoint) => checkpoint.id === params.get("checkpoint")) ??
    there.find((checkpoint) => checkpoint.kind === "best") ??
    there[0];
  if (chosen === undefined) return <EmptyState title={t("none.title")}>{t("none.text")}</EmptyState>;
  const part = PARTS.find((candidate) => candidate === params.get("part")) ?? "try";
  return (
    <div data-testid="tryout">
      <div className={classes.tools}>
        <Select
          size="xs"
          w={240}
          aria-label={t("checkpoint")}
          data={there.map((checkpoint) => ({
            value: checkpoint.id,
            label: t("checkpointOf", {
              kind: t(`kind.${checkpoint.kind}`),
              step: formatExact(checkpoint.step),
              epoch: checkpoint.epoch,
            }),
          }))}
          value={chosen.id}
          onChange={(id) => put("checkpoint", id)}
          allowDeselect={false}
        />
        <SegmentedControl
          size="xs"
          aria-label={t("parts")}
          data={PARTS.map((name) => ({ value: name, label: t(`part.${name}`) }))}
          value={part}
          onChange={(name) => put("part", name === "try" ? null : name)}
        />
      </div>
      <Opened key={chosen.id} checkpoint={chosen} part={part} />
    </div>
  );
}

function Opened({ checkpoint, part }: { checkpoint: CheckpointRead; part: (typeof PARTS)[number] }) {
  const { t } = useTranslation("tryout");
  const { data: trial, error, refetch } = useQuery(trialQuery(checkpoint.id));
  if (error !== null) {
    return (
      <EmptyState title={t("failed")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
        {error.message}
      </EmptyState>
    );
  }
  if (trial === undefined) {
    return (
      <>
        <p className={classes.quiet}>{t("opening")}</p>
        <LineSkeletons lines={6} />
      </>
    );
  }
  if (part === "evaluation") return <Evaluation trial={trial} />;
  if (part === "api") return <ApiExample trial={trial} />;
  return <Ask trial={trial} />;
}

function Ask({ trial }: { trial: TrialRead }) {
  return (
    <>
      <TryInput trial={trial} />
      {(trial.kind === "table" || trial.kind === "text") && <BatchFile trial={trial} />}
    </>
  );
}
