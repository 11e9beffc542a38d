import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { weightsQuery } from "@/api";
import { existingFrozen } from "@/document";
import { useEditor, useWeights } from "@/features/editor";
import { WeightsSummary } from "@/features/weights";
import { formatCount } from "@/ui";
import { Field, Section } from "./Field";
import { useForm } from "./form";
import classes from "./training.module.css";

const RANDOM = "";

/** What the run begins with, and what of it stands still. */
export function WeightsSection() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const { data: files = [] } = useQuery(weightsQuery);
  const compared = useWeights((state) => state.compared);
  const failure = useWeights((state) => state.failure);
  const [, setParams] = useSearchParams();
  const initial = config.initial_weights ?? null;
  const known = files.map(({ id, title, num_values: count }) => ({
    value: `file:${id}`,
    label: `${title} (${formatCount(count)})`,
  }));
  const own =
    initial === null || known.some(({ value }) => value === initial.source)
      ? []
      : [{ value: initial.source, label: compared?.title ?? t("weights.attached") }];
  const choose = (source: string) =>
    form.change({ ...config, initial_weights: source === RANDOM ? null : { source, match: initial?.match ?? "name" } });
  const showList = () =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      after.set("drawer", "weights");
      return after;
    });
  const problems = form.problems.filter(({ field }) => field?.startsWith("initial_weights"));
  return (
    <Section title={t("section.weights")}>
      <Field label={t("weights.begin")} hint={t("weights.beginHint")} problems={problems}>
        {({ id, describedBy }) => (
          <NativeSelect
            id={id}
            size="xs"
            aria-describedby={describedBy}
            data-testid="train-weights"
            value={initial?.source ?? RANDOM}
            data={[{ value: RANDOM, label: t("weights.random") }, ...own, ...known]}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        )}
      </Field>
      {initial !== null && compared !== null && <WeightsSummary compared={compared} />}
      {initial !== null && failure !== null && <p className={classes.hint}>{failure}</p>}
      {initial !== null && (
        <Button variant="default" size="compact-xs" onClick={showList}>
          {t("weights.list")}
        </Button>
      )}
      <Frozen />
    </Section>
  );
}

/** The frozen nodes, and a way to let all of them learn again. */
function Frozen() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const report = useEditor((state) => state.report);
  const frozen = existingFrozen(config.frozen ?? [], report);
  if (frozen.length === 0) return <p className={classes.hint}>{t("weights.nothingFrozen")}</p>;
  return (
    <p className={classes.hint}>
      {t("weights.frozen", { count: frozen.length })} {t("weights.frozenStatistics", { count: frozen.length })}{" "}
      <Button variant="subtle" size="compact-xs" onClick={() => form.change({ ...config, frozen: [] })}>
        {t("weights.unfreeze")}
      </Button>
    </p>
  );
}
