import { IconGitBranch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckpointRead, RunRead } from "@/api";
import { ReasonedIcon } from "@/ui";
import { BranchDialog } from "./BranchDialog";

/** Opens the dialog for a new run from this checkpoint. */
export function BranchButton({ run, checkpoint, kind }: { run: RunRead; checkpoint: CheckpointRead; kind: string }) {
  const { t } = useTranslation("control");
  const { t: say } = useTranslation("runs");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ReasonedIcon
        variant="default"
        size={24}
        reason={checkpoint.is_available ? null : say("why.fileGone")}
        label={t("branch.label", { kind, step: checkpoint.step })}
        onClick={() => setOpen(true)}
        data-testid={`branch-${checkpoint.kind}`}
      >
        <IconGitBranch size={13} aria-hidden />
      </ReasonedIcon>
      {isOpen && <BranchDialog run={run} checkpoint={checkpoint} onClose={() => setOpen(false)} />}
    </>
  );
}
