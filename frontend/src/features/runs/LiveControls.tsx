import { IconAdjustments, IconDeviceFloppy, IconPlayerTrackNext } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { ReasonedButton } from "@/ui";
import { ChangeDialog } from "./ChangeDialog";
import { ExtendDialog } from "./ExtendDialog";
import { useRunCommand } from "./queries";
import classes from "./runs.module.css";
import { isFinal, whyNoChange, whyNoCheckpoint, whyNoExtension } from "./runWords";
import type { ValueChange } from "./timeline";

const COMMAND = { root: classes.command, section: classes.commandSign, label: classes.commandWord };

interface Props {
  run: RunRead;
  changes: readonly ValueChange[];
  hasCheckpoint: boolean;
}

/** Checkpoint now, other values; of a run that is over: more epochs. */
export function LiveControls({ run, changes, hasCheckpoint }: Props) {
  const { t } = useTranslation("control");
  const { t: say } = useTranslation("runs");
  const command = useRunCommand();
  const [dialog, setDialog] = useState<"change" | "extend" | null>(null);
  const close = () => setDialog(null);
  const said = (key: string | null) => (key === null ? null : say(key));
  if (run.state === "completed") {
    return (
      <>
        <ReasonedButton
          variant="default"
          classNames={COMMAND}
          leftSection={<IconPlayerTrackNext size={14} aria-hidden />}
          reason={said(whyNoExtension(run, hasCheckpoint))}
          onClick={() => setDialog("extend")}
          data-testid="run-extend"
        >
          {t("extend.button")}
        </ReasonedButton>
        {dialog === "extend" && <ExtendDialog run={run} onClose={close} />}
      </>
    );
  }
  if (isFinal(run.state)) return null;
  const isSaving = run.commands_waiting.includes("checkpoint");
  const noCheckpoint = whyNoCheckpoint(run);
  return (
    <>
      <ReasonedButton
        variant="default"
        classNames={COMMAND}
        leftSection={<IconDeviceFloppy size={14} aria-hidden />}
        reason={isSaving ? t("checkpoint.waiting") : said(noCheckpoint)}
        onClick={() => command.mutate({ id: run.id, command: "checkpoint" })}
        data-testid="run-checkpoint"
      >
        {t("checkpoint.button")}
      </ReasonedButton>
      <ReasonedButton
        variant="default"
        classNames={COMMAND}
        leftSection={<IconAdjustments size={14} aria-hidden />}
        reason={said(whyNoChange(run))}
        onClick={() => setDialog("change")}
        data-testid="run-change"
      >
        {t("change.button")}
      </ReasonedButton>
      {dialog === "change" && <ChangeDialog run={run} changes={changes} onClose={close} />}
    </>
  );
}
