import { IconMinus, IconPlus } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { ReasonedIcon } from "../ReasonedButton";
import { type ControlProps, emptied, toNumberValue } from "./control";
import styles from "./form.module.css";
import { NumberBox } from "./NumberBox";
import { readNumberList } from "./numberText";
import type { FieldShape } from "./schema";

type ListShape = Extract<FieldShape, { kind: "list" }>;

/** Numbers in a row, as many as wanted: a shape, a weight for each class. A whole shape (`3x32x32`) can be pasted into any of them. */
export function ListControl({ shape, field, value, ...props }: ControlProps & { shape: ListShape }) {
  const { t } = useTranslation("ui");
  const held = value === undefined ? field.default : value;
  const numbers: readonly unknown[] = Array.isArray(held) ? held : [];
  const longest = shape.maxItems ?? Number.POSITIVE_INFINITY;
  // Sizes multiply; numbers of axes, weights and pixels of a border stand beside each other.
  const areSizes = shape.item.isInteger && (field.unit === "elements" || shape.item.min === 1);
  const canShrink = numbers.length > shape.minItems;
  const canGrow = numbers.length < longest;
  // A list that may be left out is left out when it is empty.
  const change = (next: readonly unknown[]) =>
    props.onChange(next.length === 0 && field.isNullable ? emptied(field) : next);

  return (
    <span className={styles.several}>
      {numbers.length === 0 && (
        <span className={styles.nothing}>{props.placeholder ?? (field.emptyMeans || t("form.none"))}</span>
      )}
      {numbers.map((number, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its place
        <Fragment key={at}>
          {at > 0 && (
            <span className={styles.times} aria-hidden>
              {areSizes ? "x" : ","}
            </span>
          )}
          <NumberBox
            id={at === 0 ? props.id : undefined}
            isCompact
            label={t("form.item", { field: field.name, number: at + 1 })}
            shape={shape.item}
            value={toNumberValue(number)}
            takesExpressions={props.names !== undefined}
            isInvalid={props.isInvalid}
            describedBy={props.describedBy}
            onChange={(next) => next !== undefined && change(numbers.with(at, next))}
            onSettled={props.onSettled}
            onWrong={props.onWrong}
            onPasteText={(text) => {
              const pasted = readNumberList(text, shape.item.isInteger);
              if (pasted === null || pasted.length < shape.minItems || pasted.length > longest) return false;
              change(pasted);
              return true;
            }}
          />
        </Fragment>
      ))}
      <ReasonedIcon
        size="sm"
        label={t("form.list.remove", { field: field.name })}
        reason={
          canShrink
            ? null
            : t(shape.minItems === 0 ? "form.list.nothing" : "form.list.shortest", { count: shape.minItems })
        }
        onClick={() => change(numbers.slice(0, -1))}
      >
        <IconMinus size={14} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon
        size="sm"
        label={t("form.list.add", { field: field.name })}
        reason={canGrow ? null : t("form.list.longest", { count: longest })}
        onClick={() => change([...numbers, Math.max(1, shape.item.min ?? 1)])}
      >
        <IconPlus size={14} aria-hidden />
      </ReasonedIcon>
    </span>
  );
}
