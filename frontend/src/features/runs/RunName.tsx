import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { InlineEdit } from "@/ui";
import { useUpdateRun } from "./queries";
import classes from "./runs.module.css";

/** The name as a heading that is edited where it stands. */
export function RunName({ run }: { run: RunRead }) {
  const { t } = useTranslation("runs");
  const update = useUpdateRun(run.id);
  return (
    <h1 className={classes.name} data-testid="run-name">
      <InlineEdit value={run.name} label={t("about.rename")} onChange={(name) => update.mutate({ name })} />
    </h1>
  );
}
