import { Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DatasetRead, isApiProblem } from "@/api";
import { type FieldProblem, type JsonSchema, ReasonedButton, SchemaForm } from "@/ui";
import { COLUMN_OPTIONS } from "./columnOptions";
import classes from "./data.module.css";
import { useUpdateDataset } from "./queries";

/** The settings of the set's own class: the size of pictures, what is done about missing values. */
export function DatasetOptions({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const update = useUpdateDataset(dataset.id);
  const saved = dataset.options ?? {};
  const [draft, setDraft] = useState<Record<string, unknown> | null>(null);
  const schema = withoutColumns(dataset.options_schema as JsonSchema | undefined);
  if (schema === null) return null;
  const values = draft ?? saved;
  const isChanged = draft !== null && JSON.stringify(draft) !== JSON.stringify(saved);
  const change = (name: string, value: unknown) => {
    const next = { ...values };
    if (value === undefined) delete next[name];
    else next[name] = value;
    setDraft(next);
  };
  return (
    <section className={classes.panel} aria-labelledby="data-options">
      <h2 id="data-options" className={classes.heading}>
        {t("options.title")}
      </h2>
      <SchemaForm schema={schema} values={values} onChange={change} problems={problemsOf(update.error)} />
      <Group gap="xs" mt="md">
        <ReasonedButton
          reason={isChanged ? null : t("options.unchanged")}
          loading={update.isPending}
          onClick={() => update.mutate({ options: values }, { onSuccess: () => setDraft(null) })}
        >
          {t("options.save")}
        </ReasonedButton>
        {isChanged && (
          <ReasonedButton variant="default" onClick={() => setDraft(null)}>
            {t("options.reset")}
          </ReasonedButton>
        )}
      </Group>
      {update.error !== null && (
        <p className={classes.error} role="alert">
          {update.error.message}
        </p>
      )}
    </section>
  );
}

/** What the table of columns corrects is left out here; null where nothing is left. */
function withoutColumns(schema: JsonSchema | undefined): JsonSchema | null {
  const properties = Object.entries(schema?.properties ?? {}).filter(([name]) => !COLUMN_OPTIONS.has(name));
  return properties.length === 0 ? null : { ...schema, properties: Object.fromEntries(properties) };
}

function problemsOf(error: Error | null): ReadonlyMap<string, readonly FieldProblem[]> {
  const found = new Map<string, FieldProblem[]>();
  if (!isApiProblem(error)) return found;
  for (const { field, severity, message } of error.problems) {
    if (typeof field === "string") found.set(field, [...(found.get(field) ?? []), { severity, message }]);
  }
  return found;
}
