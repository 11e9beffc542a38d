import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconMathFunction } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EXPRESSION, isExpression } from "./numberText";

interface ExpressionMenuProps {
  field: string;
  value: unknown;
  names: readonly string[];
  onChange: (value: string | undefined) => void;
}

/** Turns a number into an expression over the block's parameters, and back. */
export function ExpressionMenu({ field, value, names, onChange }: ExpressionMenuProps) {
  const { t } = useTranslation("ui");
  const isOn = isExpression(value);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={t("form.expression.tip")}>
          <ActionIcon
            size="sm"
            variant={isOn ? "light" : "subtle"}
            color={isOn ? "accent" : "gray"}
            aria-label={t("form.expression.open", { field })}
            aria-pressed={isOn}
          >
            <IconMathFunction size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown maw={280}>
        <Menu.Label>{names.length > 0 ? t("form.expression.pick") : t("form.expression.none")}</Menu.Label>
        {names.map((name) => (
          <Menu.Item key={name} ff="monospace" onClick={() => onChange(EXPRESSION + name)}>
            {EXPRESSION + name}
          </Menu.Item>
        ))}
        {isOn && <Menu.Divider />}
        {isOn && <Menu.Item onClick={() => onChange(undefined)}>{t("form.expression.off")}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
