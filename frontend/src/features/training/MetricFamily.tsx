import { Button, Checkbox, CloseButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { numberIn, type OptionRead, type Problem, withNumber } from "@/api";
import { type FormField, type JsonSchema, NumberBox, readFields } from "@/ui";
import { Field } from "./Field";
import { useForm } from "./form";
import { ALWAYS_ONE, renameMetric, setMetrics } from "./formConfig";
import classes from "./training.module.css";

/** Metrics that differ by a number, such as top-k accuracy: each number that is chosen is a metric of its own. */
export function MetricFamily({ family }: { family: OptionRead }) {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const [field] = readFields(family.params_schema as JsonSchema);
  const chosen = config.metrics.filter((name) => numberIn(name, family.type) !== null);
  const taken = chosen.map((name) => numberIn(name, family.type));
  if (field === undefined) return null;
  const numClasses = form.dataset?.classes?.length ?? 0;
  // Of no more than k classes it would always be 1.
  const usual = Number(field.default);
  const free = firstFree(numClasses > 2 ? Math.min(usual, numClasses - 1) : usual, taken);
  const others = (gone: string) => config.metrics.filter((name) => name !== gone);
  return (
    <div className={classes.family} data-testid="metric-family">
      <Checkbox
        size="xs"
        label={family.title}
        description={family.description}
        checked={chosen.length > 0}
        onChange={(event) => {
          const rest = config.metrics.filter((name) => !chosen.includes(name));
          form.change(
            setMetrics(config, event.currentTarget.checked ? [...rest, withNumber(family.type, free)] : rest),
          );
        }}
      />
      {chosen.length > 0 && (
        <div className={classes.params}>
          {chosen.map((name, place) => (
            // The place: a number that is typed stays in its box when it has become another metric.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <div key={place} className={classes.member}>
              <Member family={family} field={field} name={name} hint={place === 0 ? field.description : undefined} />
              {chosen.length > 1 && (
                <CloseButton
                  size="xs"
                  aria-label={t("objective.removeNumber", { name })}
                  title={t("objective.removeNumber", { name })}
                  onClick={() => form.change(setMetrics(config, others(name)))}
                />
              )}
            </div>
          ))}
          <Button
            variant="subtle"
            size="compact-xs"
            className={classes.another}
            onClick={() => form.change(setMetrics(config, [...config.metrics, withNumber(family.type, free)]))}
          >
            {t("objective.addNumber", { name: field.name })}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The number nearest from above that is not there yet. */
function firstFree(from: number, taken: readonly (number | null)[]): number {
  return taken.includes(from) ? firstFree(from + 1, taken) : from;
}

interface MemberProps {
  family: OptionRead;
  field: FormField;
  name: string;
  hint: string | undefined;
}

/** The number of one metric; taken when it is written in full, for each digit would be a metric of its own. */
function Member({ family, field, name, hint }: MemberProps) {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const count = form.dataset?.classes?.length ?? 0;
  const number = numberIn(name, family.type) ?? undefined;
  const [draft, setDraft] = useState<number | null>(null);
  const place = config.metrics.indexOf(name);
  const said = form.problems.filter((problem) => problem.field === `metrics.${place}`);
  const isAlways1 = count > 0 && number !== undefined && count <= number;
  // The server says it too, a moment later, and knows the way out.
  const always: Problem = {
    code: ALWAYS_ONE,
    severity: "warning",
    message: t("objective.alwaysOne", { number, count }),
    fixes: said.find(({ code }) => code === ALWAYS_ONE)?.fixes ?? [],
  };
  const { shape } = field;
  if (shape.kind !== "number") return null;
  const { min, max } = shape;
  return (
    <Field
      label={field.name}
      hint={hint}
      problems={isAlways1 ? [always] : said.filter(({ code }) => code !== ALWAYS_ONE)}
    >
      {({ id, describedBy, isInvalid }) => (
        <NumberBox
          id={id}
          label={field.name}
          shape={shape}
          value={draft ?? number}
          isInvalid={isInvalid}
          describedBy={describedBy}
          onChange={(next) => setDraft(typeof next === "number" ? next : null)}
          onSettled={() => {
            if (draft === null) return;
            setDraft(null);
            const next = Math.min(Math.max(draft, min ?? draft), max ?? draft);
            if (next !== number) form.change(renameMetric(config, name, withNumber(family.type, next)));
          }}
        />
      )}
    </Field>
  );
}
