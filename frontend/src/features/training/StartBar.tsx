import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api";
import { countFrozen } from "@/document";
import { useEditor } from "@/features/editor";
import { ProblemItem } from "@/features/problems";
import { formatBytes, formatCount, formatExact, ReasonedButton } from "@/ui";
import { isSaidAtField, lengthsOf, memoryTooSmall } from "./formConfig";
import { Preflight } from "./Preflight";
import { SAID } from "./Said";
import classes from "./training.module.css";
import type { TrainForm } from "./useTrainForm";

/** What will happen in figures, what is in the way, and the button. */
export function StartBar({ form }: { form: TrainForm }) {
  const { t } = useTranslation("training");
  const totals = useEditor((state) => state.report?.totals);
  const report = useEditor((state) => state.report);
  const { config, dataset, reason } = form;
  const folds = config?.data.split.folds ?? null;
  const numFrozen = report === null ? 0 : countFrozen(report, config?.frozen ?? []);
  const elsewhere = form.problems.filter((problem) => !isSaidAtField(problem, form.fields));
  const known =
    config === null || typeof dataset?.num_samples !== "number" ? null : lengthsOf(config, dataset.num_samples);
  // A batch of none has no number of steps; the field says what is wrong with it.
  const lengths = known !== null && known.totalSteps > 0 && Number.isFinite(known.totalSteps) ? known : null;
  const memory =
    totals === undefined || config === null
      ? null
      : memoryOf(totals, Math.min(config.data.batch_size, known?.trainSamples ?? Number.POSITIVE_INFINITY));
  const had = memory === null ? null : memoryTooSmall(memory, config?.device ?? "auto", form.options?.devices ?? []);
  const facts = [
    ...(lengths === null
      ? []
      : [
          t(lengths.testSamples > 0 ? "summary.samplesWithTest" : "summary.samples", {
            count: lengths.trainSamples,
            train: formatExact(lengths.trainSamples),
            validation: formatExact(lengths.validationSamples),
            test: formatExact(lengths.testSamples),
          }),
          t("summary.steps", {
            count: lengths.stepsPerEpoch,
            each: formatExact(lengths.stepsPerEpoch),
            all: formatExact(lengths.totalSteps),
          }),
        ]),
    ...(totals === undefined
      ? []
      : [
          numFrozen > 0
            ? t("summary.trained", {
                number: formatCount(totals.parameters),
                trained: formatCount(totals.parameters - numFrozen),
              })
            : t("summary.parameters", { number: formatCount(totals.parameters) }),
          ...(memory === null ? [] : [t("summary.memory", { size: formatBytes(memory) })]),
        ]),
  ];
  return (
    <footer className={classes.start} aria-busy={form.isChecking}>
      {elsewhere.length > 0 && (
        <ul className={classes.problems} data-testid="train-problems">
          {elsewhere.map((problem) => (
            <li key={`${problem.code} ${problem.field ?? ""} ${problem.message}`}>
              <ProblemItem problem={problem} hidePlace apply={form.applyFix} />
            </li>
          ))}
        </ul>
      )}
      <Above problems={form.problems.filter((problem) => !elsewhere.includes(problem))} />
      <p className={classes.hint}>{facts.join(" · ")}</p>
      {had !== null && (
        <p className={classes.problem} data-severity="warning" data-testid="memory-too-small">
          {t("summary.tooMuch", { size: formatBytes(had) })}
        </p>
      )}
      <Preflight form={form} />
      {folds !== null && (
        <ReasonedButton
          fullWidth
          size="sm"
          reason={reason}
          hint={t("foldsHint", { folds })}
          loading={form.isStarting}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          onClick={() => void form.start("folds")}
          data-testid="train-folds"
        >
          {t("startFolds", { folds })}
        </ReasonedButton>
      )}
      <ReasonedButton
        fullWidth
        size="sm"
        variant={folds === null ? "filled" : "default"}
        reason={reason}
        loading={form.isStarting}
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        onClick={() => void form.start("run")}
        data-testid="train-start"
      >
        {folds === null ? t("start") : t("startFold", { fold: config?.data.split.fold ?? 1 })}
      </ReasonedButton>
      {reason !== null && (
        <p className={classes.reason} aria-hidden>
          {reason}
        </p>
      )}
    </footer>
  );
}

/** How many warnings stand at fields that may be scrolled out of view, and the way to the first of them. */
function Above({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation("training");
  const count = problems.filter(({ severity }) => severity === "warning").length;
  if (count === 0) return null;
  return (
    <p className={classes.above} data-testid="train-warnings">
      {t("above", { count })}{" "}
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={(event) => {
          const drawer = event.currentTarget.closest("[role=dialog]");
          drawer?.querySelector(`[${SAID}=warning]`)?.scrollIntoView({ block: "center" });
        }}
      >
        {t("showAbove")}
      </Button>
    </p>
  );
}

interface Bytes {
  training_bytes: number;
  activation_bytes: number;
  batch_size: number;
}

/** The report speaks of its own batch: activations grow with it, weights and their optimizer's state do not. */
function memoryOf({ training_bytes: all, activation_bytes: activations, batch_size: reported }: Bytes, batch: number) {
  return all + activations * (batch / reported - 1);
}
