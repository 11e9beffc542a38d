import { Modal } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { formatExact, type NumberValue, ReasonedButton } from "@/ui";
import classes from "./control.module.css";
import { DialogEnd, NumberRow } from "./dialogParts";
import { EPOCHS } from "./epochs";
import { useSetValues } from "./queries";

/** More epochs for a run that has completed: the same run, the curve goes on. */
export function ExtendDialog({ run, onClose }: { run: RunRead; onClose: () => void }) {
  const { t } = useTranslation("control");
  const [more, setMore] = useState<NumberValue>(Math.max(1, Math.min(run.epochs, 10)));
  const set = useSetValues(run.id);
  const isLegal = typeof more === "number" && more >= 1;

  function save(event: FormEvent): void {
    event.preventDefault();
    // The answer takes this dialog out of the page, so that a callback of the call itself would never come. An error is shown.
    if (isLegal) set.mutateAsync({ epochs: run.epoch + more }).then(onClose, () => undefined);
  }

  return (
    <Modal opened onClose={onClose} title={t("extend.title")} returnFocus>
      <form onSubmit={save} className={classes.form} data-testid="extend-run">
        <NumberRow id="extend-epochs" label={t("extend.more")} shape={EPOCHS} value={more} onChange={setMore} />
        <p className={classes.note}>
          {t("extend.hint", { from: formatExact(run.epoch), to: isLegal ? formatExact(run.epoch + more) : "-" })}
        </p>
        <DialogEnd error={set.error} onCancel={onClose}>
          <ReasonedButton
            type="submit"
            reason={isLegal ? null : t("extend.empty")}
            loading={set.isPending}
            data-testid="extend-start"
          >
            {t("extend.start")}
          </ReasonedButton>
        </DialogEnd>
      </form>
    </Modal>
  );
}
