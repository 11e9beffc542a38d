import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const UNDO_MS = 10_000;

/** Says that something failed: what was tried, and the error's own sentence (or one that the caller made of it). */
export function notifyError(title: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  notifications.show({ title, message, color: "red", autoClose: 8000 });
}

/** Says that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "gray", autoClose: 4000 });
}

/** Says what was done, with a button that takes it back for ten seconds. */
export function notifyUndo(message: string, undoLabel: string, undo: () => void): void {
  const id = notifications.show({
    autoClose: UNDO_MS,
    color: "gray",
    message: (
      <Group justify="space-between" wrap="nowrap">
        <span>{message}</span>
        <Button
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {undoLabel}
        </Button>
      </Group>
    ),
  });
}
