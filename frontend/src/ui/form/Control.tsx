import { NativeSelect, Switch, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ControlProps, emptied, toNumber, toNumberValue } from "./control";
import { ExpressionMenu } from "./ExpressionMenu";
import styles from "./form.module.css";
import { ListControl } from "./ListControl";
import { NumberBox } from "./NumberBox";
import type { FieldShape } from "./schema";
import { TupleControl } from "./TupleControl";

type Of<K extends FieldShape["kind"]> = ControlProps & { shape: Extract<FieldShape, { kind: K }> };

/** The control for a field's shape. Groups (`variants`) are laid out by the form itself. */
export function Control({ shape, ...props }: ControlProps & { shape: FieldShape }) {
  switch (shape.kind) {
    case "number":
      return <NumberControl {...props} shape={shape} />;
    case "switch":
      return props.field.isNullable ? <ChoiceControl {...props} shape={YES_OR_NO} /> : <SwitchControl {...props} />;
    case "choice":
      return <ChoiceControl {...props} shape={shape} />;
    case "text":
      return <TextControl {...props} shape={shape} />;
    case "tuple":
      return <TupleControl {...props} shape={shape} />;
    case "list":
      return <ListControl {...props} shape={shape} />;
    case "words":
      return <WordsControl {...props} shape={shape} />;
    case "wordsOr":
      return <WordsOrControl {...props} shape={shape} />;
    case "variants":
      return null;
    case "json":
      return <code className={styles.json}>{JSON.stringify(props.value ?? props.field.default)}</code>;
  }
}

function NumberControl({ shape, field, value, names, ...props }: Of<"number">) {
  const { t } = useTranslation("ui");
  const isEmpty = value === null || (value === undefined && field.default === null);
  const emptyMeans = isEmpty ? field.emptyMeans || t("form.none") : undefined;
  return (
    <>
      <NumberBox
        id={props.id}
        label={field.name}
        shape={shape}
        value={toNumberValue(value)}
        fallback={props.placeholder === undefined && !isEmpty ? toNumber(field.default) : undefined}
        placeholder={props.placeholder ?? emptyMeans}
        unit={field.unit}
        takesExpressions={names !== undefined}
        isInvalid={props.isInvalid}
        describedBy={props.describedBy}
        onChange={(next) => props.onChange(next ?? emptied(field))}
        onSettled={props.onSettled}
        onWrong={props.onWrong}
      />
      {names !== undefined && (
        <ExpressionMenu field={field.name} value={value} names={names} onChange={props.onChange} />
      )}
    </>
  );
}

function SwitchControl({ field, value, id, describedBy, onChange, onSettled }: ControlProps) {
  return (
    <Switch
      id={id}
      size="sm"
      aria-label={field.name}
      aria-describedby={describedBy}
      checked={(value ?? field.default) === true}
      onChange={(event) => {
        onChange(event.currentTarget.checked);
        onSettled();
      }}
    />
  );
}

/** Yes, no, and the third that an optional switch has: nobody said. */
const YES_OR_NO: Extract<FieldShape, { kind: "choice" }> = { kind: "choice", options: [true, false] };

function ChoiceControl({ shape, field, value, id, describedBy, isInvalid, ...props }: Of<"choice">) {
  const { t } = useTranslation("ui");
  const held = value === undefined ? field.default : value;
  const chosen = props.placeholder === undefined ? shape.options.find((option) => option === held) : undefined;
  const options = shape.options.map((option) => {
    const word = sayOption(option, t);
    return { value: String(option), label: option === field.default ? t("form.default", { value: word }) : word };
  });
  const isUnset = held === undefined || held === null;
  // A value that the schema does not know is kept and shown; the check says what is wrong with it.
  const other = props.placeholder ?? (isUnset || field.isNullable ? field.emptyMeans || t("form.none") : String(held));
  return (
    <NativeSelect
      id={id}
      className={styles.words}
      size="xs"
      aria-label={field.name}
      aria-describedby={describedBy}
      error={isInvalid}
      data={chosen === undefined || field.isNullable ? [{ value: NOT_CHOSEN, label: other }, ...options] : options}
      value={chosen === undefined ? NOT_CHOSEN : String(chosen)}
      onChange={(event) => {
        const next = shape.options.find((option) => String(option) === event.currentTarget.value);
        if (next !== undefined) props.onChange(next);
        else if (field.isNullable) props.onChange(emptied(field));
        props.onSettled();
      }}
    />
  );
}

const NOT_CHOSEN = "";

type Translate = ReturnType<typeof useTranslation<"ui">>["t"];

function sayOption(option: string | number | boolean, t: Translate): string {
  if (typeof option === "boolean") return t(option ? "form.yes" : "form.no");
  // A tab as an option's text would be an empty line.
  return option === "\t" ? t("form.tab") : String(option);
}

/** Words as tags: Enter or a comma takes one, Backspace takes the last one away. */
function WordsControl({ shape, field, value, id, describedBy, isInvalid, ...props }: Of<"words">) {
  const { t } = useTranslation("ui");
  const held = value === undefined ? field.default : value;
  const words = Array.isArray(held) ? held.map(String) : [];
  return (
    <TagsInput
      id={id}
      className={styles.words}
      size="xs"
      aria-label={field.name}
      aria-describedby={describedBy}
      error={isInvalid}
      maxTags={shape.maxItems ?? Number.POSITIVE_INFINITY}
      placeholder={props.placeholder ?? t("form.addWord")}
      isDuplicate={(word, others) => others.includes(word)}
      value={words}
      onChange={(next) => props.onChange(next.length === 0 && field.isNullable ? emptied(field) : next)}
      onBlur={props.onSettled}
    />
  );
}

function TextControl({
  shape,
  field,
  value,
  id,
  describedBy,
  isInvalid,
  onChange,
  onSettled,
  placeholder,
}: Of<"text">) {
  return (
    <TextInput
      id={id}
      className={styles.words}
      size="xs"
      aria-label={field.name}
      aria-describedby={describedBy}
      error={isInvalid}
      maxLength={shape.maxLength ?? undefined}
      placeholder={placeholder ?? (typeof field.default === "string" ? field.default : field.emptyMeans)}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
      onBlur={onSettled}
    />
  );
}

const OTHER = "";

/** A choice between words (`valid`, `same`) and a number or numbers. */
function WordsOrControl({ shape, field, value, ...props }: Of<"wordsOr">) {
  const { t } = useTranslation("ui");
  const held = value ?? field.default;
  const word = typeof held === "string" && shape.words.includes(held) ? held : OTHER;
  // The last number, so that a look at the words does not lose it.
  const [lastOther, setLastOther] = useState<unknown>(undefined);
  return (
    <>
      <NativeSelect
        className={styles.words}
        size="xs"
        aria-label={t("form.kind", { field: field.name })}
        data={[{ value: OTHER, label: t("form.number") }, ...shape.words]}
        value={word}
        onChange={(event) => {
          const next = event.currentTarget.value;
          if (word === OTHER) setLastOther(value);
          props.onChange(next === OTHER ? lastOther : next);
          props.onSettled();
        }}
      />
      {word === OTHER && <Control {...props} field={field} value={value} shape={shape.other} />}
    </>
  );
}
