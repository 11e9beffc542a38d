import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Choice, isFamily } from "@/api";
import { EXIT_TYPE } from "@/document";
import { useEditor } from "@/features/editor";
import { BalanceButton } from "./BalanceButton";
import { ChoiceFields } from "./ChoiceFields";
import { ConfigNumber } from "./ConfigNumber";
import { withValue } from "./configFields";
import { Field, Section } from "./Field";
import { useForm } from "./form";
import { addObjective, fittingOptions, setMetrics, taskOf } from "./formConfig";
import { MetricFamily } from "./MetricFamily";
import classes from "./training.module.css";

/** What the network is to get right, and what else is measured. */
export function ObjectiveSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const outputs = useEditor((state) => state.document.network.nodes)
    .filter((node) => node.type === EXIT_TYPE)
    .map((node) => node.id);
  const metrics = fittingOptions(options.metrics, taskOf(config, form.dataset), form.dataset?.kind);
  const isSuggested = JSON.stringify(form.suggested?.objectives) === JSON.stringify(config.objectives);
  const free = outputs.find((name) => !config.objectives.some((objective) => objective.output === name));
  const canAdd = config.objectives.every((objective) => objective.output !== null) && outputs.length > 1;
  return (
    <Section title={t("section.objective")} hint={isSuggested ? form.reasons.objectives : undefined}>
      {config.objectives.map((objective, index) => (
        <ObjectiveFields key={objective.output ?? index} index={index} outputs={outputs} />
      ))}
      {canAdd && free !== undefined && (
        <Button variant="default" size="xs" onClick={() => form.change(addObjective(config, free))}>
          {t("objective.add", { output: free })}
        </Button>
      )}
      <fieldset className={classes.metrics}>
        <legend>{t("objective.metrics")}</legend>
        {metrics.map((metric) =>
          isFamily(metric.type) ? (
            <MetricFamily key={metric.type} family={metric} />
          ) : (
            <Checkbox
              key={metric.type}
              size="xs"
              label={metric.title}
              description={metric.description}
              checked={config.metrics.includes(metric.type)}
              onChange={(event) => {
                const others = config.metrics.filter((name) => name !== metric.type);
                form.change(setMetrics(config, event.currentTarget.checked ? [...others, metric.type] : others));
              }}
            />
          ),
        )}
      </fieldset>
    </Section>
  );
}

/** One loss on one Output; its weight counts beside those of the others. */
function ObjectiveFields({ index, outputs }: { index: number; outputs: readonly string[] }) {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const path = `objectives.${index}`;
  const objective = config.objectives[index];
  if (objective === undefined) return null;
  const losses = fittingOptions(options.losses, taskOf(config, form.dataset), form.dataset?.kind);
  const changeLoss = (loss: Choice) => form.change(withValue(config, `${path}.loss`, loss));
  const isOneOfSeveral = config.objectives.length > 1;
  // An Output that is gone is kept and shown, with what the server says of it.
  const names = objective.output && !outputs.includes(objective.output) ? [objective.output, ...outputs] : outputs;
  return (
    <div className={isOneOfSeveral ? classes.objective : classes.plain}>
      {(outputs.length > 1 || isOneOfSeveral) && (
        <Field
          label={index === 0 && isOneOfSeveral ? t("objective.mainOutput") : t("objective.output")}
          hint={index === 0 && isOneOfSeveral ? t("objective.mainHint") : undefined}
          problems={form.problems.filter((problem) => problem.field === `${path}.output`)}
        >
          {({ id, describedBy, isInvalid }) => (
            <NativeSelect
              id={id}
              size="xs"
              aria-describedby={describedBy}
              error={isInvalid}
              data={[...names]}
              value={objective.output ?? ""}
              onChange={(event) => form.change(withValue(config, `${path}.output`, event.currentTarget.value))}
            />
          )}
        </Field>
      )}
      <ChoiceFields
        label={t("objective.loss")}
        path={`${path}.loss`}
        choice={objective.loss}
        options={losses}
        onChange={changeLoss}
        testId={index === 0 ? "train-loss" : `train-loss-${index}`}
      />
      <BalanceButton
        loss={objective.loss}
        option={losses.find((option) => option.type === objective.loss.type)}
        onChange={changeLoss}
      />
      {isOneOfSeveral && (
        <ConfigNumber path={`${path}.weight`} label={t("objective.weight")} hint={t("objective.weightHint")} />
      )}
      {index > 0 && (
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() =>
            form.change({ ...config, objectives: config.objectives.filter((_, place) => place !== index) })
          }
        >
          {t("objective.remove", { output: objective.output })}
        </Button>
      )}
    </div>
  );
}
