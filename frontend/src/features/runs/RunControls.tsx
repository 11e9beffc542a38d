import { ActionIcon, Group, Menu } from "@mantine/core";
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconSchema, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { RunRead } from "@/api";
import { ReasonedButton } from "@/ui";
import { deleteLater } from "@/ui/pendingDeletion";
import { LiveControls } from "./LiveControls";
import { NotifyItem } from "./NotifyItem";
import { type RunCommand, useDeleteRun, useRunCommand } from "./queries";
import classes from "./runs.module.css";
import { runControls } from "./runWords";
import type { ValueChange } from "./timeline";

/** On a narrow screen only the signs are drawn; the words are still read out. */
const COMMAND = { root: classes.command, section: classes.commandSign, label: classes.commandWord };

interface Props {
  run: RunRead;
  changes: readonly ValueChange[];
  hasCheckpoint: boolean;
}

/** Stop, pause, resume and the rest; a grey button says why. */
export function RunControls({ run, changes, hasCheckpoint }: Props) {
  const { t } = useTranslation("runs");
  const navigate = useNavigate();
  const command = useRunCommand();
  const deleteRun = useDeleteRun();
  const controls = runControls(run, hasCheckpoint);
  const reason = (key: string | null) => (key === null ? null : t(key));
  const send = (name: RunCommand) => () => command.mutate({ id: run.id, command: name });
  const isSending = (name: RunCommand) => command.isPending && command.variables.command === name;
  const hasEnded = run.state === "stopped" || run.state === "failed" || run.state === "completed";
  const isResumable = run.state === "paused" || run.state === "stopped" || run.state === "failed";

  const remove = () => {
    deleteLater({
      id: run.id,
      message: t("deleted", { name: run.name }),
      undoLabel: t("undo"),
      remove: () => deleteRun(run.id),
    });
    void navigate("/runs");
  };

  return (
    <Group gap="xs" wrap="nowrap" className={classes.controls} role="group" aria-label={t("controls.group")}>
      {isResumable ? (
        <ReasonedButton
          variant="default"
          classNames={COMMAND}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          reason={reason(controls.resume)}
          loading={isSending("resume")}
          onClick={send("resume")}
          data-testid="run-resume"
        >
          {run.state === "paused" ? t("controls.resume") : t("controls.resumeFromCheckpoint")}
        </ReasonedButton>
      ) : (
        <ReasonedButton
          variant="default"
          classNames={COMMAND}
          leftSection={<IconPlayerPause size={14} aria-hidden />}
          reason={reason(controls.pause)}
          loading={isSending("pause")}
          onClick={send("pause")}
          data-testid="run-pause"
        >
          {t("controls.pause")}
        </ReasonedButton>
      )}
      <LiveControls run={run} changes={changes} hasCheckpoint={hasCheckpoint} />
      <ReasonedButton
        variant="default"
        classNames={COMMAND}
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        reason={reason(controls.stop)}
        loading={isSending("stop")}
        onClick={send("stop")}
        data-testid="run-stop"
      >
        {run.commands_waiting.includes("stop") && !hasEnded ? t("state.stopping") : t("controls.stop")}
      </ReasonedButton>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t("controls.menu")}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <NotifyItem />
          {run.network_id !== null && (
            <Menu.Item
              component={Link}
              to={`/networks/${run.network_id}`}
              leftSection={<IconSchema size={16} aria-hidden />}
            >
              {t("controls.editor")}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconTrash size={16} aria-hidden />}
            aria-disabled={controls.remove !== null}
            data-disabled={controls.remove !== null || undefined}
            title={reason(controls.remove) ?? ""}
            closeMenuOnClick={controls.remove === null}
            onClick={() => {
              if (controls.remove === null) remove();
            }}
          >
            {t("controls.delete")}
            {controls.remove !== null && <small>{` ${t(controls.remove)}`}</small>}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
