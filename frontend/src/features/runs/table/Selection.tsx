import { Button, Text } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunSummary } from "@/api";
import { downloadUrl, notifyUndo, ReasonedButton } from "@/ui";
import { deleteAllLater } from "@/ui/pendingDeletion";
import { eventFilesUrl } from "../eventFiles";
import { useArchiveRun, useDeleteRun, useRunCommand } from "../queries";
import { isFinal } from "../runWords";
import classes from "./table.module.css";

interface Props {
  runs: readonly RunSummary[];
  onDone: () => void;
}

/** What can be done with the selected runs together. */
export function Selection({ runs, onDone }: Props) {
  const { t } = useTranslation("desk");
  const command = useRunCommand();
  const deleteRun = useDeleteRun();
  const archive = useArchiveRun();
  if (runs.length === 0) return null;
  const moving = runs.filter((run) => !isFinal(run.state));
  const ended = runs.filter((run) => isFinal(run.state));
  const isAllArchived = runs.every((run) => run.archived !== null);
  const putAway = (chosen: readonly RunSummary[], isArchived: boolean) => {
    for (const run of chosen) void archive(run.id, isArchived);
  };
  const remove = () => {
    deleteAllLater({
      ids: ended.map((run) => run.id),
      message:
        ended.length === 1
          ? t("selection.deletedOne", { name: ended[0]?.name })
          : t("selection.deleted", { count: ended.length }),
      undoLabel: t("selection.undo"),
      remove: deleteRun,
    });
    onDone();
  };
  return (
    <fieldset className={classes.selection} aria-label={t("selection.label")}>
      <Text size="sm">{t("selection.count", { count: runs.length })}</Text>
      {runs.length >= 2 ? (
        <Button
          component={Link}
          size="xs"
          to={`/runs/compare?ids=${runs.map((run) => run.id).join(",")}`}
          leftSection={<IconArrowsDiff size={15} aria-hidden />}
          data-testid="runs-compare"
        >
          {t("selection.compare")}
        </Button>
      ) : (
        <ReasonedButton size="xs" variant="default" reason={t("selection.compareWhy")}>
          {t("selection.compare")}
        </ReasonedButton>
      )}
      <ReasonedButton
        size="xs"
        variant="default"
        reason={moving.length === 0 ? t("selection.nothingToStop") : null}
        onClick={() => {
          for (const run of moving) command.mutate({ id: run.id, command: "stop" });
        }}
      >
        {t("selection.stop")}
      </ReasonedButton>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          putAway(runs, !isAllArchived);
          notifyUndo(
            t(isAllArchived ? "selection.takenBack" : "selection.putAway", { count: runs.length }),
            t("selection.undo"),
            () => putAway(runs, isAllArchived),
          );
          onDone();
        }}
      >
        {t(isAllArchived ? "selection.takeBack" : "selection.archive")}
      </Button>
      <ReasonedButton
        size="xs"
        variant="default"
        reason={ended.length === 0 ? t("selection.nothingToDelete") : null}
        onClick={remove}
      >
        {t("selection.delete")}
      </ReasonedButton>
      <Button
        size="xs"
        variant="default"
        title={t("selection.tensorboardHint")}
        onClick={() => downloadUrl(eventFilesUrl(runs.map((run) => run.id)))}
      >
        {t("selection.tensorboard")}
      </Button>
      <Button size="xs" variant="subtle" onClick={onDone}>
        {t("selection.none")}
      </Button>
    </fieldset>
  );
}
