import { Button, Select, Slider, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TrialField, TrialRead } from "@/api";
import classes from "./tryout.module.css";

export type FormValues = Record<string, string | number | null>;

/** A sample of the run's data, so that the form starts from something that exists. */
export function firstValues(trial: TrialRead): FormValues {
  return Object.fromEntries(trial.fields?.map((field) => [field.name, field.example ?? null]) ?? []);
}

interface Props {
  fields: readonly TrialField[];
  values: FormValues;
  onChange: (values: FormValues) => void;
}

/** A field for each column that the network sees; an empty one is a missing value. */
export function FormInput({ fields, values, onChange }: Props) {
  const { t } = useTranslation("tryout");
  const put = (name: string, value: string | number | null) => onChange({ ...values, [name]: value });
  const middle = () =>
    onChange(
      Object.fromEntries(
        fields.map((field) => [field.name, field.mean ?? field.categories?.[0] ?? field.example ?? null]),
      ),
    );
  return (
    <section className={classes.panel} aria-label={t("form.title")} data-testid="try-form">
      <h2 className={classes.heading}>{t("form.title")}</h2>
      <p className={classes.quiet}>
        {t("form.hint")} {fields.some((field) => field.is_required) && t("form.required")}
      </p>
      <div className={classes.fields}>
        {fields.map((field) =>
          field.categories ? (
            <Select
              key={field.name}
              size="xs"
              label={field.name}
              data={field.categories}
              value={values[field.name] === null ? null : String(values[field.name])}
              onChange={(value) => put(field.name, value)}
              required={field.is_required ?? false}
              clearable={!field.is_required}
              searchable
            />
          ) : (
            <NumberField key={field.name} field={field} value={values[field.name] ?? null} onChange={put} />
          ),
        )}
      </div>
      <Button variant="default" size="compact-sm" mt="sm" onClick={middle}>
        {t("form.middle")}
      </Button>
    </section>
  );
}

function NumberField({
  field,
  value,
  onChange,
}: {
  field: TrialField;
  value: string | number | null;
  onChange: (name: string, value: string | number | null) => void;
}) {
  const { minimum, maximum } = field;
  const hasRange = typeof minimum === "number" && typeof maximum === "number" && maximum > minimum;
  const number = Number(value);
  return (
    <div>
      <TextInput
        size="xs"
        inputMode="decimal"
        label={field.name}
        required={field.is_required ?? false}
        value={value === null ? "" : typeof value === "number" ? String(Number(value.toPrecision(6))) : value}
        onChange={(event) => onChange(field.name, event.currentTarget.value === "" ? null : event.currentTarget.value)}
      />
      {hasRange && (
        <Slider
          size="xs"
          mt={4}
          label={null}
          min={minimum}
          max={maximum}
          step={(maximum - minimum) / 200}
          value={Number.isFinite(number) ? Math.min(maximum, Math.max(minimum, number)) : minimum}
          onChange={(next) => onChange(field.name, Number(next.toPrecision(4)))}
          thumbProps={{ "aria-label": field.name }}
        />
      )}
    </div>
  );
}
