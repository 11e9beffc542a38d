import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import { formatCount } from "@/ui";
import classes from "./data.module.css";
import { useUpdateDataset } from "./queries";

/** What an uploaded table is taken for: the guess can be changed, everything else is then guessed anew. */
export function ReadAs({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const update = useUpdateDataset(dataset.id);
  const { read_as: ways = [], sheets = [] } = dataset;
  if (ways.length < 2 && sheets.length < 2) return null;
  // What was said of columns is of the other sheet, or means something else to another reader.
  const kept = (sheet: string | null | undefined) => (sheets.length > 1 && sheet ? { options: { sheet } } : {});
  return (
    <section className={classes.panel} aria-busy={update.isPending}>
      {sheets.length > 1 && (
        <NativeSelect
          label={t("readAs.sheet")}
          description={t("readAs.sheetHint")}
          size="xs"
          mb="sm"
          data-testid="dataset-sheet"
          data={sheets.map(({ name, num_rows, num_columns }) => ({
            value: name,
            label: t("readAs.sheetOf", { name, rows: formatCount(num_rows), columns: formatCount(num_columns) }),
            disabled: num_rows === 0,
          }))}
          value={dataset.sheet ?? ""}
          aria-disabled={update.isPending || undefined}
          onChange={(event) => {
            if (!update.isPending) update.mutate(kept(event.currentTarget.value));
          }}
        />
      )}
      <NativeSelect
        label={t("readAs.label")}
        description={update.isPending ? t("readAs.busy") : t("readAs.hint")}
        size="xs"
        data-testid="dataset-read-as"
        data={ways.map(({ type, title }) => ({ value: type, label: title }))}
        value={dataset.type}
        aria-disabled={update.isPending || undefined}
        onChange={(event) => {
          if (!update.isPending)
            update.mutate({ type: event.currentTarget.value, ...kept(dataset.options?.sheet as string) });
        }}
      />
      {update.error !== null && (
        <p className={classes.error} role="alert">
          {update.error.message}
        </p>
      )}
    </section>
  );
}
