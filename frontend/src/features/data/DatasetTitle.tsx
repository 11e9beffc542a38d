import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import { InlineEdit, notifyError } from "@/ui";
import classes from "./data.module.css";
import { useUpdateDataset } from "./queries";

/** The set's title; that of an uploaded one can be changed in place. */
export function DatasetTitle({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const update = useUpdateDataset(dataset.id);
  if (dataset.is_built_in) return <h1 className={classes.titled}>{dataset.title}</h1>;
  return (
    <h1 className={classes.titled}>
      <InlineEdit
        value={dataset.title}
        label={t("page.rename")}
        onChange={(title) => update.mutate({ title }, { onError: (error) => notifyError(t("failed.save"), error) })}
      />
    </h1>
  );
}
