import { NativeSelect, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatCount } from "@/ui";
import type { Column } from "./columnOptions";
import classes from "./data.module.css";

interface Props {
  column: Column;
  /** When a choice was refused last; what stands is then shown again. */
  refusedAt: number | null;
  onChoose: (strategy: string, fillValue: string) => void;
}

/** The one strategy that asks for a value. */
const CONSTANT = "constant";

/** How many values of a column are missing, and what is done about them. */
export function MissingChoice({ column, refusedAt, onChoose }: Props) {
  const { t } = useTranslation("data");
  const { name, strategies = [], strategy = "", fill_value: filled = "" } = column;
  const [chosen, setChosen] = useState(strategy);
  const [value, setValue] = useState(filled);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a refusal takes back what was chosen, nothing else does
  useEffect(() => {
    if (refusedAt === null) return;
    setChosen(strategy);
    setValue(filled);
  }, [refusedAt]);
  if (strategies.length === 0) return <>{formatCount(column.num_missing)}</>;
  const send = () => {
    if (value.trim() !== "" && (value !== filled || strategy !== CONSTANT)) onChoose(CONSTANT, value.trim());
  };
  return (
    <div className={classes.missing}>
      <span>{formatCount(column.num_missing)}</span>
      <NativeSelect
        className={classes.choice}
        size="xs"
        aria-label={t("columns.missingOf", { name })}
        data={[{ value: "", label: t("columns.asAll") }, ...strategies]}
        value={chosen}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setChosen(next);
          // A constant is sent with its value, once that is typed.
          if (next !== CONSTANT) onChoose(next, "");
        }}
      />
      {chosen === CONSTANT && (
        <TextInput
          className={classes.choice}
          size="xs"
          aria-label={t("columns.constantOf", { name })}
          placeholder={t("columns.constant")}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          onBlur={send}
          onKeyDown={(event) => event.key === "Enter" && send()}
        />
      )}
    </div>
  );
}
