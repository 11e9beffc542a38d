import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Choice, OptionRead } from "@/api";
import { type JsonSchema, SchemaForm } from "@/ui";
import { Field } from "./Field";
import { useForm } from "./form";
import { problemsUnder, setParam, switchChoice } from "./formConfig";
import classes from "./training.module.css";

interface Props<C extends Choice> {
  label: string;
  /** Where the choice lies in the config: `objectives.0.loss`. */
  path: string;
  choice: C;
  options: readonly OptionRead[];
  onChange: (choice: C) => void;
  testId?: string;
}

const NO_SCHEMA: JsonSchema = {};

/** One of the registered things with its own settings. What is registered, the server says. */
export function ChoiceFields<C extends Choice>({ label, path, choice, options, onChange, testId }: Props<C>) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const option = options.find((one) => one.type === choice.type);
  const known = options.map((one) => ({ value: one.type, label: one.title }));
  const data = option === undefined ? [{ value: choice.type, label: choice.type }, ...known] : known;
  const schema = (option?.params_schema as JsonSchema | undefined) ?? NO_SCHEMA;
  return (
    <>
      <Field
        label={label}
        hint={option?.description ?? t("unknownChoice", { type: choice.type })}
        problems={form.problems.filter((problem) => problem.field === `${path}.type`)}
      >
        {({ id, describedBy, isInvalid }) => (
          <NativeSelect
            id={id}
            size="xs"
            aria-describedby={describedBy}
            error={isInvalid}
            data={data}
            data-testid={testId}
            value={choice.type}
            onChange={(event) => {
              const next = options.find((one) => one.type === event.currentTarget.value);
              if (next !== undefined) onChange(switchChoice(choice, next));
            }}
          />
        )}
      </Field>
      {Object.keys(schema.properties ?? {}).length > 0 && (
        <div className={classes.params}>
          <SchemaForm
            key={choice.type}
            schema={schema}
            values={choice.params ?? {}}
            problems={problemsUnder(form.problems, `${path}.params`)}
            onChange={(name, value) => onChange(setParam(choice, name, value))}
          />
        </div>
      )}
    </>
  );
}
