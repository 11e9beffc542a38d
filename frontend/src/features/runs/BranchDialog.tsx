import { Modal, Radio, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { CheckpointRead, RunRead } from "@/api";
import { formatExact, type NumberValue, ReasonedButton } from "@/ui";
import { RATE } from "./ChangeDialog";
import classes from "./control.module.css";
import { DialogEnd, NumberRow } from "./dialogParts";
import { EPOCHS } from "./epochs";
import { useBranch } from "./queries";

interface Props {
  run: RunRead;
  checkpoint: CheckpointRead;
  onClose: () => void;
}

/** A new run that begins with this checkpoint. */
export function BranchDialog({ run, checkpoint, onClose }: Props) {
  const { t } = useTranslation("control");
  const navigate = useNavigate();
  const branch = useBranch();
  const isAtBorder = run.steps_per_epoch !== null && checkpoint.step % run.steps_per_epoch === 0;
  const [mode, setMode] = useState<"everything" | "weights">("everything");
  const least = mode === "everything" ? checkpoint.epoch + (isAtBorder ? 1 : 0) : 1;
  const [name, setName] = useState(`${run.name} @ ${checkpoint.step}`.slice(0, 200));
  const [chosen, setChosen] = useState<NumberValue>(undefined);
  const usual = mode === "everything" ? Math.max(run.epochs, least + 4) : run.epochs;
  const epochs = chosen ?? usual;
  const [rate, setRate] = useState<NumberValue>(undefined);
  const isLegal = typeof epochs === "number" && epochs >= least;
  const reason = name.trim() === "" ? t("branch.noName") : isLegal ? null : t("branch.tooFew", { least });

  function save(event: FormEvent): void {
    event.preventDefault();
    if (reason !== null) return;
    const body = {
      mode,
      name: name.trim(),
      epochs: Number(epochs),
      ...(typeof rate === "number" ? { lr: rate } : {}),
    };
    branch.mutate(
      { id: checkpoint.id, body },
      {
        onSuccess: (made) => {
          onClose();
          void navigate(`/runs/${made.id}`);
        },
      },
    );
  }

  return (
    <Modal opened onClose={onClose} title={t("branch.title", { step: formatExact(checkpoint.step) })} returnFocus>
      <form onSubmit={save} className={classes.form} data-testid="branch-run">
        <Radio.Group
          label={t("branch.with")}
          value={mode}
          onChange={(value) => setMode(value === "weights" ? "weights" : "everything")}
        >
          <Stack gap={6} mt={4}>
            <Radio
              size="xs"
              value="everything"
              label={t("branch.everything")}
              description={t("branch.everythingHint")}
            />
            <Radio size="xs" value="weights" label={t("branch.weights")} description={t("branch.weightsHint")} />
          </Stack>
        </Radio.Group>
        <TextInput
          size="xs"
          label={t("branch.name")}
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NumberRow
          id="branch-epochs"
          label={t("change.epochs")}
          shape={EPOCHS}
          value={epochs}
          isInvalid={!isLegal}
          onChange={setChosen}
        />
        <NumberRow
          id="branch-rate"
          label={t("change.rate")}
          shape={RATE}
          value={rate}
          placeholder={t("branch.asBefore")}
          onChange={setRate}
        />
        <DialogEnd error={branch.error} onCancel={onClose}>
          <ReasonedButton type="submit" reason={reason} loading={branch.isPending} data-testid="branch-start">
            {t("branch.start")}
          </ReasonedButton>
        </DialogEnd>
      </form>
    </Modal>
  );
}
