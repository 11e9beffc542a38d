import { NativeSelect } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Choice, type Fix, modeOf, type OptionRead, type Problem } from "@/api";
import { type FieldProblem, type JsonSchema, SchemaForm } from "@/ui";
import { Field } from "./Field";
import { useForm } from "./form";
import { monitorNames, problemsUnder, setParam, switchChoice, withoutProperties } from "./formConfig";
import classes from "./training.module.css";

interface Common {
  label: string;
  /** Where the choice lies in the config: `objectives.0.loss`. */
  path: string;
  options: readonly OptionRead[];
  testId?: string;
}

interface Props<C extends Choice> extends Common {
  choice: C;
  onChange: (choice: C) => void;
}

interface OptionalProps<C extends Choice> extends Common {
  choice: C | null;
  onChange: (choice: C | null) => void;
  /** What no choice at all is called. */
  none: string | undefined;
}

const NO_SCHEMA: JsonSchema = {};
/** Settings that name a value to watch; they have a control of their own. */
const WATCHED = ["monitor", "mode"];
const NONE = "";

/** One of the registered things with its own settings. What is registered, the server says. */
export function ChoiceFields<C extends Choice>({ onChange, ...props }: Props<C>) {
  return <OptionalChoiceFields {...props} none={undefined} onChange={(next) => next !== null && onChange(next)} />;
}

/** One of the registered things, or none of them. */
export function OptionalChoiceFields<C extends Choice>(props: OptionalProps<C>) {
  const { label, path, choice, options, onChange, none, testId } = props;
  const { t } = useTranslation("training");
  const { form } = useForm();
  const option = options.find((one) => one.type === choice?.type);
  const known = options.map((one) => ({ value: one.type, label: one.title }));
  const own = option === undefined && choice !== null ? [{ value: choice.type, label: choice.type }] : [];
  const schema = (option?.params_schema as JsonSchema | undefined) ?? NO_SCHEMA;
  const watches = schema.properties?.monitor !== undefined;
  const rest = useMemo(() => (watches ? withoutProperties(schema, WATCHED) : schema), [schema, watches]);
  return (
    <>
      <Field
        label={label}
        hint={option?.description ?? (choice === null ? undefined : t("unknownChoice", { type: choice.type }))}
        problems={form.problems.filter((problem) => problem.field === `${path}.type`)}
      >
        {({ id, describedBy, isInvalid }) => (
          <NativeSelect
            id={id}
            size="xs"
            aria-describedby={describedBy}
            error={isInvalid}
            data={[...(none === undefined ? [] : [{ value: NONE, label: none }]), ...own, ...known]}
            data-testid={testId}
            value={choice?.type ?? NONE}
            onChange={(event) => {
              const next = options.find((one) => one.type === event.currentTarget.value);
              if (next !== undefined) onChange(switchChoice(choice ?? ({ type: next.type } as C), next));
              else if (none !== undefined) onChange(null);
            }}
          />
        )}
      </Field>
      {choice !== null && Object.keys(schema.properties ?? {}).length > 0 && (
        <div className={classes.params}>
          {watches && <WatchedValue path={path} choice={choice} schema={schema} onChange={onChange} />}
          <SchemaForm
            key={choice.type}
            schema={rest}
            values={choice.params ?? {}}
            problems={withActions(problemsUnder(form.problems, `${path}.params`), form.applyFix)}
            onChange={(name, value) => onChange(setParam(choice, name, value))}
          />
        </div>
      )}
    </>
  );
}

/** Problems of settings with their ways out as buttons. */
function withActions(
  problems: ReadonlyMap<string, readonly Problem[]>,
  apply: (fix: Fix) => void,
): ReadonlyMap<string, FieldProblem[]> {
  const toField = ({ severity, message, fixes = [] }: Problem): FieldProblem => ({
    severity,
    message,
    actions: fixes.map((fix) => ({ label: fix.label, run: () => apply(fix) })),
  });
  return new Map([...problems].map(([name, found]) => [name, found.map(toField)]));
}

interface WatchedProps<C extends Choice> {
  path: string;
  choice: C;
  schema: JsonSchema;
  onChange: (choice: C) => void;
}

/** The value that a choice watches; which direction is better goes with it. */
function WatchedValue<C extends Choice>({ path, choice, schema, onChange }: WatchedProps<C>) {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const monitor = String(choice.params?.monitor ?? schema.properties?.monitor?.default);
  const names = monitorNames(config);
  const mode = modeOf(monitor, options.metrics);
  return (
    <Field
      label={t("monitor.watched")}
      hint={mode === null ? undefined : t(`monitor.${mode}Hint`)}
      problems={form.problems.filter(({ field }) => field === `${path}.params.monitor`)}
    >
      {({ id, describedBy, isInvalid }) => (
        <NativeSelect
          id={id}
          size="xs"
          aria-describedby={describedBy}
          error={isInvalid}
          data={names.includes(monitor) ? names : [monitor, ...names]}
          value={monitor}
          onChange={(event) => {
            const next = event.currentTarget.value;
            const better = modeOf(next, options.metrics);
            const watched = setParam(choice, "monitor", next);
            onChange(better === null ? watched : setParam(watched, "mode", better));
          }}
        />
      )}
    </Field>
  );
}
