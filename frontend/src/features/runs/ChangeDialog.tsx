import { Modal } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { formatExact, type NumberShape, type NumberValue, ReasonedButton } from "@/ui";
import classes from "./control.module.css";
import { DialogEnd, NumberRow } from "./dialogParts";
import { EPOCHS } from "./epochs";
import { useSetValues } from "./queries";
import type { ValueChange } from "./timeline";

/** A learning rate as the server takes it. */
export const RATE: NumberShape = { ...EPOCHS, isInteger: false, min: 0, max: 1000 };

interface Props {
  run: RunRead;
  changes: readonly ValueChange[];
  onClose: () => void;
}

/** The learning rate before the schedule, as it is now. */
export function rateOf(run: RunRead, changes: readonly ValueChange[]): number | undefined {
  const changed = changes.findLast(({ name }) => name === "lr")?.value;
  const chosen = run.training?.optimizer?.params?.lr;
  return changed ?? (typeof chosen === "number" ? chosen : undefined);
}

/** Other values for a run that trains. */
export function ChangeDialog({ run, changes, onClose }: Props) {
  const { t } = useTranslation("control");
  const before = rateOf(run, changes);
  const [rate, setRate] = useState<NumberValue>(before);
  const [epochs, setEpochs] = useState<NumberValue>(run.epochs);
  const set = useSetValues(run.id);
  const least = Math.max(run.epoch, 1);
  const isTooFew = typeof epochs === "number" && epochs < least;
  const isSame = rate === before && epochs === run.epochs;
  const reason = isTooFew
    ? t("change.tooFew", { epoch: formatExact(least) })
    : typeof epochs !== "number" || typeof rate !== "number"
      ? t("change.empty")
      : isSame
        ? t("change.same")
        : null;

  function save(event: FormEvent): void {
    event.preventDefault();
    if (reason !== null) return;
    const values = {
      ...(rate === before ? {} : { lr: Number(rate) }),
      ...(epochs === run.epochs ? {} : { epochs: Number(epochs) }),
    };
    // The run may end meanwhile, which takes this dialog out of the page: a callback of the call itself would never come.
    set.mutateAsync(values).then(onClose, () => undefined);
  }

  return (
    <Modal opened onClose={onClose} title={t("change.title")} returnFocus>
      <form onSubmit={save} className={classes.form} data-testid="change-values">
        <NumberRow
          id="change-rate"
          label={t("change.rate")}
          shape={RATE}
          value={rate}
          onChange={setRate}
          note={t("change.rateHint")}
        />
        <NumberRow
          id="change-epochs"
          label={t("change.epochs")}
          shape={EPOCHS}
          value={epochs}
          isInvalid={isTooFew}
          onChange={setEpochs}
          note={t("change.epochsHint")}
        />
        <DialogEnd error={set.error} onCancel={onClose}>
          <ReasonedButton type="submit" reason={reason} loading={set.isPending} data-testid="change-save">
            {t("change.save")}
          </ReasonedButton>
        </DialogEnd>
      </form>
    </Modal>
  );
}
