import { Checkbox, NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Choice } from "@/api";
import { EXIT_TYPE } from "@/document";
import { useEditor } from "@/features/editor";
import { ChoiceFields } from "./ChoiceFields";
import { Field, Section } from "./Field";
import { useForm } from "./form";
import { fittingOptions, setMetrics } from "./formConfig";
import classes from "./training.module.css";

/** What the network is to get right, and what else is measured. */
export function ObjectiveSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const outputs = useEditor((state) => state.document.network.nodes)
    .filter((node) => node.type === EXIT_TYPE)
    .map((node) => node.id);
  const objective = config.objectives[0];
  if (objective === undefined) return null;
  const { task, kind } = form.dataset ?? {};
  const change = (part: { loss?: Choice; output?: string | null }) =>
    form.change({ ...config, objectives: [{ ...objective, ...part }] });
  const metrics = fittingOptions(options.metrics, task, kind);
  const isSuggested = JSON.stringify(form.suggested?.objectives) === JSON.stringify(config.objectives);
  return (
    <Section title={t("section.objective")} hint={isSuggested ? form.reasons.objectives : undefined}>
      {outputs.length > 1 && (
        <Field
          label={t("objective.output")}
          problems={form.problems.filter((problem) => problem.field === "objectives.0.output")}
        >
          {({ id, describedBy, isInvalid }) => (
            <NativeSelect
              id={id}
              size="xs"
              aria-describedby={describedBy}
              error={isInvalid}
              data={outputs}
              value={objective.output ?? ""}
              onChange={(event) => change({ output: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <ChoiceFields
        label={t("objective.loss")}
        path="objectives.0.loss"
        choice={objective.loss}
        options={fittingOptions(options.losses, task, kind)}
        onChange={(loss) => change({ loss })}
        testId="train-loss"
      />
      <fieldset className={classes.metrics}>
        <legend>{t("objective.metrics")}</legend>
        {metrics.map((metric) => (
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
        ))}
      </fieldset>
    </Section>
  );
}
