import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLink, IconLinkOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ControlProps, emptied, joinItems, toNumber, toNumberValue } from "./control";
import { ExpressionMenu } from "./ExpressionMenu";
import styles from "./form.module.css";
import { NumberBox } from "./NumberBox";
import { readNumberList } from "./numberText";
import type { FieldShape, FormField } from "./schema";

type TupleShape = Extract<FieldShape, { kind: "tuple" }>;

/** A number for each axis, or one for all of them. */
export function TupleControl({ shape, ...props }: ControlProps & { shape: TupleShape }) {
  const { t } = useTranslation("ui");
  const { field, value, names, onChange } = props;
  const held = value === undefined ? field.default : value;
  const isLinked = shape.canBeOne && !Array.isArray(value);

  function unlink() {
    onChange(
      Array.from({ length: shape.count }, () => (Array.isArray(held) ? held[0] : (held ?? shape.item.min ?? 1))),
    );
  }

  return (
    <>
      {isLinked ? <OneForAll {...props} shape={shape} /> : <OnePerAxis {...props} shape={shape} />}
      {names !== undefined && isLinked && (
        <ExpressionMenu field={field.name} value={value} names={names} onChange={onChange} />
      )}
      {shape.canBeOne && shape.count > 1 && (
        <Tooltip label={isLinked ? t("form.tuple.unlink", { count: shape.count }) : t("form.tuple.link")}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t("form.tuple.toggle", { field: field.name })}
            aria-pressed={!isLinked}
            onClick={() => (isLinked ? unlink() : onChange(Array.isArray(held) ? held[0] : held))}
          >
            {isLinked ? <IconLink size={14} aria-hidden /> : <IconLinkOff size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </>
  );
}

function OneForAll({ shape, field, value, ...props }: ControlProps & { shape: TupleShape }) {
  const { t } = useTranslation("ui");
  return (
    <NumberBox
      id={props.id}
      label={field.name}
      shape={shape.item}
      value={toNumberValue(value)}
      fallback={props.placeholder === undefined ? toNumber(field.default) : undefined}
      placeholder={props.placeholder ?? fallbackText(field, t("form.none"))}
      unit={field.unit}
      takesExpressions={props.names !== undefined}
      isInvalid={props.isInvalid}
      describedBy={props.describedBy}
      onChange={props.onChange}
      onSettled={props.onSettled}
      onWrong={props.onWrong}
    />
  );
}

function fallbackText({ default: held, emptyMeans }: FormField, none: string): string | undefined {
  if (Array.isArray(held)) return joinItems(held);
  return held === null ? emptyMeans || none : undefined;
}

/** Boxes side by side. Where nothing is set they are empty, and nothing is stored until each has its number. */
function OnePerAxis({ shape, field, value, ...props }: ControlProps & { shape: TupleShape }) {
  const { t } = useTranslation("ui");
  const held = value === undefined ? field.default : value;
  const [draft, setDraft] = useState<readonly unknown[]>([]);
  const stored = Array.isArray(held) ? held : null;
  const numbers = Array.from({ length: shape.count }, (_, at) => (stored ?? draft)[at] as unknown);

  function change(at: number, next: number | string | undefined) {
    if (next === undefined && stored !== null) {
      // Half of an optional pair is no value; half of one that is needed keeps its old number.
      if (field.isNullable) props.onChange(emptied(field));
      setDraft([]);
      return;
    }
    const all = numbers.map((old, index) => (index === at ? next : old));
    if (stored !== null) props.onChange(all);
    else setDraft(all);
  }

  /** A box was left: what is not written yet takes the same number. */
  function settle() {
    const first = numbers.find((number) => number !== undefined);
    if (stored === null && first !== undefined) {
      props.onChange(numbers.map((number) => number ?? first));
      setDraft([]);
    }
    props.onSettled();
  }

  return (
    <span className={styles.several}>
      {numbers.map((number, at) => (
        <NumberBox
          // biome-ignore lint/suspicious/noArrayIndexKey: a number is its place
          key={at}
          id={at === 0 ? props.id : undefined}
          isCompact
          label={t(shape.canBeOne ? "form.axis" : "form.item", { field: field.name, number: at + 1 })}
          shape={shape.item}
          value={toNumberValue(number)}
          placeholder={props.placeholder}
          takesExpressions={props.names !== undefined}
          isInvalid={props.isInvalid}
          describedBy={props.describedBy}
          onChange={(next) => change(at, next)}
          onSettled={settle}
          onWrong={props.onWrong}
          onPasteText={(text) => {
            const pasted = readNumberList(text, shape.item.isInteger);
            if (pasted?.length !== shape.count) return false;
            props.onChange(pasted);
            return true;
          }}
        />
      ))}
    </span>
  );
}
