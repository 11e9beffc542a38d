import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import classes from "./data.module.css";
import { useUpdateDataset } from "./queries";

/** What an uploaded table is taken for: the guess can be changed, everything else is then guessed anew. */
export function ReadAs({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const update = useUpdateDataset(dataset.id);
  const ways = dataset.read_as ?? [];
  if (ways.length < 2) return null;
  return (
    <section className={classes.panel} aria-busy={update.isPending}>
      <NativeSelect
        label={t("readAs.label")}
        description={update.isPending ? t("readAs.busy") : t("readAs.hint")}
        size="xs"
        data-testid="dataset-read-as"
        data={ways.map(({ type, title }) => ({ value: type, label: title }))}
        value={dataset.type}
        aria-disabled={update.isPending || undefined}
        onChange={(event) => {
          if (!update.isPending) update.mutate({ type: event.currentTarget.value });
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
