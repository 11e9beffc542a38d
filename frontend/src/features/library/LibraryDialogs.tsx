import { useStore } from "zustand";
import { useCanvasStore } from "@/features/editor";
import { ManageDialog } from "./ManageDialog";
import { SaveDialog } from "./SaveDialog";

/** What the editor asks of the library: a block to be kept, or the library itself. */
export function LibraryDialogs() {
  const canvas = useCanvasStore();
  const dialog = useStore(canvas, (state) => state.dialog);

  function close(): void {
    canvas.setState({ dialog: null });
    canvas.getState().view?.focus();
  }

  if (dialog?.kind === "saveBlock") return <SaveDialog key={dialog.block} block={dialog.block} onClose={close} />;
  return dialog?.kind === "library" ? <ManageDialog onClose={close} /> : null;
}
