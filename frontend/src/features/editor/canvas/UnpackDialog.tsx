import { Button, Modal } from "@mantine/core";
import { useStore } from "zustand";
import { focusAtOnce } from "@/ui";
import { unpackNode } from "../commands/blocks";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** Says that a repeated block is about to be unrolled, and into how many nodes. */
export function UnpackDialog() {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const dialog = useStore(canvas, (state) => state.dialog);
  if (dialog?.kind !== "unpack") return null;
  const { node, copies, nodes } = dialog;

  function close(): void {
    canvas.setState({ dialog: null });
    canvas.getState().view?.focus();
  }

  return (
    <Modal opened onClose={close} title={t("unpackDialog.title", { id: node })} returnFocus={false}>
      <p className={classes.dialogText}>{t("unpackDialog.text", { id: node, copies, nodes })}</p>
      <div className={classes.formActions}>
        <Button variant="default" onClick={close}>
          {t("dialog.cancel")}
        </Button>
        <Button
          ref={focusAtOnce}
          data-autofocus
          onClick={() => {
            canvas.setState({ dialog: null });
            unpackNode({ state: store.getState(), store, canvas }, node);
          }}
        >
          {t("unpackDialog.unpack", { nodes })}
        </Button>
      </div>
    </Modal>
  );
}
