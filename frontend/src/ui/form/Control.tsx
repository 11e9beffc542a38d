import { NativeSelect, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ControlProps, toNumber, toNumberValue } from "./control";
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
      return <SwitchControl {...props} />;
    case "choice":
      return <ChoiceControl {...props} shape={shape} />;
    case "text":
      return <TextControl {...props} shape={shape} />;
    case "tuple":
      return <TupleControl {...props} shape={shape} />;
    case "list":
      return <ListControl {...props} shape={shape} />;
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
  const emptyMeans = field.default === null ? t("form.none") : undefined;
  return (
    <>
      <NumberBox
        id={props.id}
        label={field.name}
        shape={shape}
        value={toNumberValue(value)}
        fallback={props.placeholder === undefined ? toNumber(field.default) : undefined}
        placeholder={props.placeholder ?? emptyMeans}
        unit={field.unit}
        takesExpressions={names !== undefined}
        isInvalid={props.isInvalid}
        describedBy={props.describedBy}
        onChange={props.onChange}
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

function ChoiceControl({ shape, field, value, id, describedBy, isInvalid, ...props }: Of<"choice">) {
  const { t } = useTranslation("ui");
  const held = value ?? field.default;
  const words = shape.options.map(String);
  const isKnown = held !== undefined && held !== null && words.includes(String(held));
  const options = shape.options.map((option) => ({
    value: String(option),
    label: option === field.default ? t("form.default", { value: String(option) }) : String(option),
  }));
  // A value that the schema does not know is kept and shown; the check says what is wrong with it.
  const shown = isKnown
    ? options
    : [{ value: "", label: props.placeholder ?? String(held ?? t("form.none")) }, ...options];
  return (
    <NativeSelect
      id={id}
      className={styles.words}
      size="xs"
      aria-label={field.name}
      aria-describedby={describedBy}
      error={isInvalid}
      data={shown}
      value={isKnown && props.placeholder === undefined ? String(held) : ""}
      onChange={(event) => {
        const chosen = shape.options.find((option) => String(option) === event.currentTarget.value);
        if (chosen !== undefined) props.onChange(chosen);
        else if (field.isNullable) props.onChange(undefined);
        props.onSettled();
      }}
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
      placeholder={placeholder ?? (typeof field.default === "string" ? field.default : "")}
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
