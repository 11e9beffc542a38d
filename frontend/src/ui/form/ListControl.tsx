import { IconMinus, IconPlus } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { ReasonedIcon } from "../ReasonedButton";
import { type ControlProps, toNumberValue } from "./control";
import styles from "./form.module.css";
import { NumberBox } from "./NumberBox";
import { readNumberList } from "./numberText";
import type { FieldShape } from "./schema";

type ListShape = Extract<FieldShape, { kind: "list" }>;

/** Numbers in a row, as many as wanted: a shape. A whole shape (`3x32x32`) can be pasted into any of them. */
export function ListControl({ shape, field, value, ...props }: ControlProps & { shape: ListShape }) {
  const { t } = useTranslation("ui");
  const numbers: unknown[] = Array.isArray(value) ? value : Array.isArray(field.default) ? field.default : [];
  const longest = shape.maxItems ?? Number.POSITIVE_INFINITY;
  const canShrink = numbers.length > shape.minItems;
  const canGrow = numbers.length < longest;

  return (
    <span className={styles.several}>
      {numbers.map((number, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its place
        <Fragment key={at}>
          {at > 0 && (
            <span className={styles.times} aria-hidden>
              x
            </span>
          )}
          <NumberBox
            id={at === 0 ? props.id : undefined}
            isCompact
            label={t("form.axis", { field: field.name, number: at + 1 })}
            shape={shape.item}
            value={toNumberValue(number)}
            takesExpressions={props.names !== undefined}
            isInvalid={props.isInvalid}
            describedBy={props.describedBy}
            onChange={(next) => next !== undefined && props.onChange(numbers.with(at, next))}
            onSettled={props.onSettled}
            onWrong={props.onWrong}
            onPasteText={(text) => {
              const pasted = readNumberList(text);
              if (pasted === null || pasted.length < shape.minItems || pasted.length > longest) return false;
              props.onChange(pasted);
              return true;
            }}
          />
        </Fragment>
      ))}
      <ReasonedIcon
        size="sm"
        label={t("form.list.remove", { field: field.name })}
        reason={canShrink ? null : t("form.list.shortest", { count: shape.minItems })}
        onClick={() => props.onChange(numbers.slice(0, -1))}
      >
        <IconMinus size={14} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon
        size="sm"
        label={t("form.list.add", { field: field.name })}
        reason={canGrow ? null : t("form.list.longest", { count: longest })}
        onClick={() => props.onChange([...numbers, Math.max(1, shape.item.min ?? 1)])}
      >
        <IconPlus size={14} aria-hidden />
      </ReasonedIcon>
    </span>
  );
}
