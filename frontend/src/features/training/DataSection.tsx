import { NativeSelect, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { DatasetRead } from "@/api";
import { DatasetFetch, useSizeFacts } from "@/features/data";
import { formatExact } from "@/ui";
import { ConfigNumber } from "./ConfigNumber";
import { withValue } from "./configFields";
import { Field, Section } from "./Field";
import { useForm } from "./form";
import classes from "./training.module.css";
import type { TrainForm } from "./useTrainForm";

/** Which data; what is missing is fetched right here. */
export function SourceField({ form }: { form: TrainForm }) {
  const { t } = useTranslation(["training", "data"]);
  const { datasets = [], dataset } = form;
  const facts = useSizeFacts(dataset);
  const label = (one: DatasetRead) => {
    if (!form.feeds(one)) return `${one.title} (${t(one.kind === "graph" ? "data.onlyGraphs" : "data.noGraphs")})`;
    return one.state === "ready" ? one.title : `${one.title} (${t(`data:state.${one.state}`).toLowerCase()})`;
  };
  const groups = [
    { group: t("data:groups.uploaded"), sets: datasets.filter((one) => !one.is_built_in) },
    { group: t("data:groups.builtIn"), sets: datasets.filter((one) => one.is_built_in) },
  ].filter(({ sets }) => sets.length > 0);
  return (
    <Section title={t("section.data")}>
      <Field
        label={t("data.source")}
        hint={facts.join(" · ")}
        problems={form.problems.filter((problem) => problem.field === "data.source")}
      >
        {({ id, describedBy }) => (
          <NativeSelect
            id={id}
            size="xs"
            aria-describedby={describedBy}
            data-testid="train-source"
            value={dataset?.id ?? ""}
            data={groups.map(({ group, sets }) => ({
              group,
              items: sets.map((one) => ({
                value: one.id,
                label: label(one),
                disabled: !form.feeds(one) && one.id !== dataset?.id,
              })),
            }))}
            onChange={(event) => form.chooseSource(event.currentTarget.value)}
          />
        )}
      </Field>
      {(dataset?.columns ?? []).map(
        ({ name, warning }) =>
          typeof warning === "string" && (
            <p key={name} className={classes.problem} data-severity="warning" data-testid="column-warning">
              {warning}
            </p>
          ),
      )}
      {typeof dataset?.left_out === "string" && (
        <p className={classes.hint} data-testid="rows-left-out">
          {dataset.left_out}
        </p>
      )}
      {dataset !== undefined && dataset.state !== "ready" && dataset.is_built_in && <DatasetFetch dataset={dataset} />}
      <p className={classes.hint}>
        {dataset !== undefined && <Link to={`/data/${dataset.id}`}>{t("data.look")}</Link>}{" "}
        <Link to="/data">{t("data.upload")}</Link>
      </p>
    </Section>
  );
}

/** How the data is divided. */
export function SplitFields() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const by = config.data.split.by ?? "sample";
  const isFolded = typeof config.data.split.folds === "number";
  const { num_samples: num, num_validation: validation, num_test: test } = form.dataset ?? {};
  const areLabels = form.dataset?.task === "multilabel";
  if (typeof validation === "number") {
    return (
      <Section title={t("section.split")}>
        <ConfigNumber path="data.batch_size" label={t("data.batchSize")} hint={t("data.batchSizeHint")} />
        <p className={classes.hint}>
          {t(typeof test === "number" ? "data.ownSplitWithTest" : "data.ownSplit", {
            train: formatExact((num ?? validation) - validation),
            validation: formatExact(validation),
            test: formatExact(test ?? 0),
          })}
        </p>
        {(config.data.split.test ?? 0) > 0 && (
          <ConfigNumber path="data.split.test" label={t("data.test")} hint={t("data.testHint")} />
        )}
        {isFolded && <FoldFields />}
      </Section>
    );
  }
  return (
    <Section title={t("section.split")}>
      <ConfigNumber path="data.batch_size" label={t("data.batchSize")} hint={t("data.batchSizeHint")} />
      {((form.dataset?.splits ?? []).length > 0 || by !== "sample") && <SplitBy />}
      {by !== "column" && !isFolded && (
        <ConfigNumber path="data.split.validation" label={t("data.validation")} hint={t("data.validationHint")} />
      )}
      {(typeof test !== "number" && by !== "column") || (config.data.split.test ?? 0) > 0 ? (
        <ConfigNumber path="data.split.test" label={t("data.test")} hint={t("data.testHint")} />
      ) : (
        typeof test === "number" && (
          <p className={classes.hint} data-testid="own-test">
            {t("data.ownTest", { test: formatExact(test) })}
          </p>
        )
      )}
      {(by !== "column" || isFolded) && <FoldFields />}
      {(by === "sample" || by === "group") && (
        <ConfigNumber path="data.split.seed" label={t("data.seed")} hint={t("data.seedHint")} />
      )}
      {form.steps.read?.notes?.map((note) => (
        <p key={note} className={classes.problem} data-severity="warning" data-testid="split-note">
          {note}
        </p>
      ))}
      {by === "sample" && (form.dataset?.task === "classification" || areLabels) && (
        <Field
          label={t(areLabels ? "data.stratifyLabels" : "data.stratify")}
          hint={t(areLabels ? "data.stratifyLabelsHint" : "data.stratifyHint")}
        >
          {({ id, describedBy }) => (
            <Switch
              id={id}
              size="sm"
              aria-describedby={describedBy}
              checked={config.data.split.stratify}
              onChange={(event) => form.change(withValue(config, "data.split.stratify", event.currentTarget.checked))}
            />
          )}
        </Field>
      )}
    </Section>
  );
}

/** Into how many parts the set is cut that validate in turn, and which of them does where a single run is started. */
function FoldFields() {
  const { t } = useTranslation("training");
  const { config } = useForm();
  const { folds, by = "sample" } = config.data.split;
  return (
    <>
      <ConfigNumber
        path="data.split.folds"
        label={t("data.folds")}
        hint={t(by === "time" ? "data.foldsHintTime" : "data.foldsHint")}
        placeholder={t("data.noFolds")}
      />
      {typeof folds === "number" && (
        <ConfigNumber path="data.split.fold" label={t("data.fold")} hint={t("data.foldHint", { folds })} />
      )}
    </>
  );
}

/** What is held out: single samples, the latest ones, whole groups, or what a column says. */
function SplitBy() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const path = "data.split.by";
  const by = config.data.split.by ?? "sample";
  const ways = [...new Set(["sample" as const, ...(form.dataset?.splits ?? []), by])];
  return (
    <Field
      label={t("data.splitBy")}
      hint={t(`data.splitByHint.${by}`)}
      problems={form.problems.filter((problem) => problem.field === path)}
    >
      {({ id, describedBy }) => (
        <NativeSelect
          id={id}
          size="xs"
          aria-describedby={describedBy}
          data-testid="split-by"
          value={by}
          data={ways.map((value) => ({ value, label: t(`data.splitWays.${value}`) }))}
          onChange={(event) => form.change(withValue(config, path, event.currentTarget.value))}
        />
      )}
    </Field>
  );
}
