import { Button, NativeSelect } from "@mantine/core";
import { IconArrowBackUp, IconVariableMinus, IconVariablePlus } from "@tabler/icons-react";
import { Fragment, memo, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { breakable } from "../breakable";
import { ReasonedIcon } from "../ReasonedButton";
import { Sentence } from "../Sentence";
import { Control } from "./Control";
import { joinItems } from "./control";
import styles from "./form.module.css";
import { isExpression } from "./numberText";
import { type FormField, type JsonSchema, readFields, type Variant } from "./schema";

export interface FieldProblem {
  severity: "error" | "warning";
  message: string;
  /** Ways out, as buttons under the message. */
  actions?: readonly { label: string; run: () => void }[];
}

export interface SchemaFormProps {
  /** The JSON Schema of an object. */
  schema: JsonSchema;
  /** What is set; fields that are not there have their defaults. */
  values: Readonly<Record<string, unknown>>;
  /** `value` undefined brings the default back. */
  onChange: (name: string, value: unknown) => void;
  /** A gesture on a field is over: what follows is a new one. */
  onSettled?: (name: string) => void;
  problems?: ReadonlyMap<string, readonly FieldProblem[]>;
  /** The names that expressions may use; leave it out where expressions are not allowed. */
  expressionNames?: readonly string[];
  /** Fields whose values differ among what is edited at once. */
  mixed?: ReadonlySet<string>;
  /** One click turns a number into something that is named and set elsewhere, and back. */
  naming?: FieldNaming;
  /** Whether descriptions stand under the fields; they are read out in any case. */
  showDescriptions?: boolean;
}

export interface FieldNaming {
  exposeLabel: (field: string) => string;
  expose: (field: string) => void;
  inlineLabel: (field: string) => string;
  inline: (field: string) => void;
}

/** A form made from the JSON Schema of a settings class. */
export function SchemaForm({ schema, ...props }: SchemaFormProps) {
  const fields = useMemo(() => readFields(schema), [schema]);
  return <Fields {...props} fields={fields} />;
}

type FieldsProps = Omit<SchemaFormProps, "schema"> & { fields: readonly FormField[] };

function Fields({ fields, values, problems, mixed, ...props }: FieldsProps) {
  return (
    <div className={styles.form}>
      {fields.map((field) => (
        <Row
          key={field.name}
          {...props}
          field={field}
          value={values[field.name]}
          problems={problems?.get(field.name) ?? NO_PROBLEMS}
          isMixed={mixed?.has(field.name) ?? false}
          // What concerns all fields changes at every check: only the groups hand it on.
          within={field.shape.kind === "variants" ? { problems, mixed } : undefined}
        />
      ))}
    </div>
  );
}

const NO_PROBLEMS: readonly FieldProblem[] = [];

interface RowProps extends Omit<SchemaFormProps, "schema" | "values" | "problems" | "mixed"> {
  field: FormField;
  value: unknown;
  problems: readonly FieldProblem[];
  isMixed: boolean;
  within: Pick<SchemaFormProps, "problems" | "mixed"> | undefined;
}

/** A key that is pressed in one field leaves the rows of the others as they are. */
const Row = memo(function Row({ field, value, problems, isMixed, within, ...props }: RowProps) {
  const { t } = useTranslation("ui");
  const id = useId();
  const [wrong, setWrong] = useState<"notANumber" | "notWhole" | null>(null);
  const { name, shape } = field;
  const describedBy = [`${id}-about`, ...(problems.length > 0 || wrong !== null ? [`${id}-problems`] : [])].join(" ");
  const isSet = value !== undefined && JSON.stringify(value) !== JSON.stringify(field.default ?? null);

  return (
    <div className={styles.row} data-wide={isWide(field, value) || undefined}>
      <div className={styles.labelCell}>
        <label className={styles.label} htmlFor={id} title={`${name}: ${field.description}`}>
          {breakable(name)}
        </label>
        {props.naming && <NamingButton name={name} value={value ?? field.default} naming={props.naming} />}
      </div>
      <div className={styles.control}>
        <Control
          id={id}
          field={field}
          shape={shape}
          value={isMixed ? undefined : value}
          describedBy={describedBy}
          isInvalid={wrong !== null || problems.some(({ severity }) => severity === "error")}
          names={props.expressionNames}
          placeholder={isMixed ? t("form.mixed") : undefined}
          onChange={(next) => props.onChange(name, next)}
          onSettled={() => props.onSettled?.(name)}
          onWrong={setWrong}
        />
        {isSet && !field.isRequired && (
          <ReasonedIcon
            size="sm"
            label={t("form.reset", { field: name, value: describe(field, t("form.none")) })}
            onClick={() => {
              props.onChange(name, undefined);
              props.onSettled?.(name);
            }}
          >
            <IconArrowBackUp size={14} aria-hidden />
          </ReasonedIcon>
        )}
      </div>
      {shape.kind === "variants" && (
        <VariantFields field={field} tag={shape.tag} variants={shape.variants} value={value} {...props} {...within} />
      )}
      <p id={`${id}-about`} className={styles.below} hidden={props.showDescriptions === false}>
        <Sentence text={field.description} />
      </p>
      <div id={`${id}-problems`} className={styles.below} aria-live="polite">
        {wrong !== null && <p className={styles.problem}>{t(`form.${wrong}`)}</p>}
        {problems.map((problem) => (
          <Fragment key={problem.message}>
            <p className={styles.problem} data-severity={problem.severity}>
              <Sentence text={problem.message} />
            </p>
            {problem.actions?.map(({ label, run }) => (
              <Button key={label} className={styles.action} variant="default" size="compact-xs" onClick={run}>
                <Sentence text={label} />
              </Button>
            ))}
          </Fragment>
        ))}
      </div>
    </div>
  );
});

/** Shown for a number and for an expression, while the row is looked at. */
function NamingButton({ name, value, naming }: { name: string; value: unknown; naming: FieldNaming }) {
  const isNamed = isExpression(value);
  if (!isNamed && typeof value !== "number") return null;
  return (
    <ReasonedIcon
      size="sm"
      className={styles.naming}
      label={isNamed ? naming.inlineLabel(name) : naming.exposeLabel(name)}
      onClick={() => (isNamed ? naming.inline(name) : naming.expose(name))}
    >
      {isNamed ? <IconVariableMinus size={14} aria-hidden /> : <IconVariablePlus size={14} aria-hidden />}
    </ReasonedIcon>
  );
}

/** So many letters have room in a select beside its label. */
const SHORT_CHOICE = 16;

/** Whether the control needs the whole width: several boxes, words beside a box, a choice between long words. */
function isWide({ shape, emptyMeans, default: held }: FormField, value: unknown): boolean {
  if (shape.kind === "switch") return emptyMeans.length > SHORT_CHOICE;
  if (shape.kind === "choice") {
    const words = shape.options.map((option) => (option === held ? `${option} (default)` : String(option)));
    return [emptyMeans, ...words].some((word) => word.length > SHORT_CHOICE);
  }
  if (shape.kind === "tuple") return Array.isArray(value) || !shape.canBeOne;
  return ["wordsOr", "list", "words", "text"].includes(shape.kind);
}

function describe({ default: held, emptyMeans }: FormField, none: string): string {
  if (held === null || held === undefined) return emptyMeans || none;
  return Array.isArray(held) ? joinItems(held) : String(held);
}

interface VariantProps extends Omit<SchemaFormProps, "schema" | "values"> {
  field: FormField;
  tag: string;
  variants: readonly Variant[];
  value: unknown;
}

/** Which of several groups of fields it is, and the fields of that group. */
function VariantFields({ field, tag, variants, value, onChange, onSettled, ...props }: VariantProps) {
  const held = toRecord(value) ?? toRecord(field.default) ?? {};
  const current = variants.find(({ name }) => name === held[tag]) ?? variants[0];
  if (current === undefined) return null;
  return (
    <div className={styles.variant}>
      <NativeSelect
        size="xs"
        mb={8}
        aria-label={field.name}
        data={variants.map(({ name }) => name)}
        value={current.name}
        onChange={(event) => {
          onChange(field.name, { [tag]: event.currentTarget.value });
          onSettled?.(field.name);
        }}
      />
      <Fields
        {...props}
        fields={current.fields}
        values={held}
        onChange={(name, next) => onChange(field.name, { ...held, [tag]: current.name, [name]: next })}
        onSettled={() => onSettled?.(field.name)}
      />
    </div>
  );
}

function toRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
