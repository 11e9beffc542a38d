import { Button, Checkbox, Popover, ScrollArea, TextInput } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, FieldGroup, Fields } from "./fields";
import { fieldTitle } from "./fieldWords";
import classes from "./table.module.css";
import { DEFAULT_COLUMNS } from "./useTableView";

interface Props {
  fields: Fields;
  columns: readonly string[];
  onChange: (columns: readonly string[]) => void;
}

const GROUPS: readonly FieldGroup[] = ["run", "best", "last", "min", "max", "setting"];

/** Which columns stand in the table; a new one comes last, in the order of the choice. */
export function ColumnMenu({ fields, columns, onChange }: Props) {
  const { t } = useTranslation("desk");
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().trim();
  const grouped = useMemo(() => {
    const found = [...fields.values()].filter(
      (field) => field.id !== "name" && `${field.id} ${fieldTitle(field, t)}`.toLowerCase().includes(words),
    );
    return GROUPS.map((group) => ({ group, fields: found.filter((field) => field.group === group) })).filter(
      (one) => one.fields.length > 0,
    );
  }, [fields, words, t]);
  const toggle = (field: Field) =>
    onChange(columns.includes(field.id) ? columns.filter((id) => id !== field.id) : [...columns, field.id]);
  return (
    <Popover width={300} position="bottom-end" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconColumns3 size={15} aria-hidden />}
          data-testid="runs-columns"
        >
          {t("columns.button")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <TextInput
          size="xs"
          mb="xs"
          aria-label={t("columns.search")}
          placeholder={t("columns.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          data-autofocus
        />
        <ScrollArea.Autosize mah={380} type="auto">
          {grouped.map(({ group, fields: members }) => (
            <fieldset key={group} className={classes.columnGroup}>
              <legend>{t(`columns.group.${group}`)}</legend>
              {members.map((field) => (
                <Checkbox
                  key={field.id}
                  size="xs"
                  label={field.group === "run" ? fieldTitle(field, t) : field.name}
                  checked={columns.includes(field.id)}
                  onChange={() => toggle(field)}
                />
              ))}
            </fieldset>
          ))}
          {grouped.length === 0 && <p className={classes.quiet}>{t("columns.none")}</p>}
        </ScrollArea.Autosize>
        <Button variant="subtle" size="compact-xs" mt="xs" onClick={() => onChange(DEFAULT_COLUMNS)}>
          {t("columns.reset")}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
