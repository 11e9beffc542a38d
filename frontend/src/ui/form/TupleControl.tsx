import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLink, IconLinkOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type ControlProps, toNumber, toNumberValue } from "./control";
import { ExpressionMenu } from "./ExpressionMenu";
import styles from "./form.module.css";
import { NumberBox } from "./NumberBox";
import { readNumberList } from "./numberText";
import type { FieldShape } from "./schema";

type TupleShape = Extract<FieldShape, { kind: "tuple" }>;

/** A number for each axis, or one for all of them. */
export function TupleControl({ shape, ...props }: ControlProps & { shape: TupleShape }) {
  const { t } = useTranslation("ui");
  const { field, value, names, onChange } = props;
  const held = value === undefined ? field.default : value;
  const isLinked = !Array.isArray(value) && (shape.canBeOne || !Array.isArray(held));

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
  return (
    <NumberBox
      id={props.id}
      label={field.name}
      shape={shape.item}
      value={toNumberValue(value)}
      fallback={props.placeholder === undefined ? toNumber(field.default) : undefined}
      placeholder={props.placeholder ?? fallbackText(field.default)}
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

function fallbackText(value: unknown): string | undefined {
  return Array.isArray(value) ? value.join(" x ") : undefined;
}

function OnePerAxis({ shape, field, value, ...props }: ControlProps & { shape: TupleShape }) {
  const { t } = useTranslation("ui");
  const held = Array.isArray(value) ? value : Array.isArray(field.default) ? field.default : [];
  const axes = Array.from({ length: shape.count }, (_, axis) => held[axis] as unknown);

  function change(axis: number, next: number | string | undefined) {
    onChangeAll(axes.map((old, at) => (at === axis ? (next ?? old) : old)));
  }
  function onChangeAll(next: unknown[]) {
    props.onChange(next);
  }

  return (
    <span className={styles.several}>
      {axes.map((axis, at) => (
        <NumberBox
          // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its place
          key={at}
          id={at === 0 ? props.id : undefined}
          isCompact
          label={t("form.axis", { field: field.name, number: at + 1 })}
          shape={shape.item}
          value={toNumberValue(axis)}
          takesExpressions={props.names !== undefined}
          isInvalid={props.isInvalid}
          describedBy={props.describedBy}
          onChange={(next) => change(at, next)}
          onSettled={props.onSettled}
          onWrong={props.onWrong}
          onPasteText={(text) => {
            const numbers = readNumberList(text);
            if (numbers?.length !== shape.count) return false;
            onChangeAll(numbers);
            return true;
          }}
        />
      ))}
    </span>
  );
}
