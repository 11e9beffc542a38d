import { Button, CloseButton, Modal } from "@mantine/core";
import { IconPlus, IconRotate } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { ReasonedIcon } from "@/ui";
import {
  addKey,
  conflictOf,
  removeKey,
  resetAllKeys,
  resetKeys,
  useIsAnyChanged,
  useIsChanged,
  useKeysOf,
} from "../commands/bindings";
import type { Command } from "../commands/command";
import { keyForPeople, keyOfEvent } from "../commands/keys";
import { commands } from "../commands/registry";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

const GROUPS: readonly Command["group"][] = [
  "node",
  "block",
  "selection",
  "clipboard",
  "history",
  "move",
  "arrange",
  "view",
  "help",
];
const MOUSE = ["pan", "box", "wire", "loose", "search", "open", "insert", "pull", "copy", "cut", "lead"] as const;

/** Every command with its keys, made from the commands themselves, and where keys are changed. */
export function KeysDialog() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const isOpen = useStore(canvas, (state) => state.dialog?.kind === "keys");
  const isChanged = useIsAnyChanged();
  const [asked, setAsked] = useState<Command | null>(null);
  const close = () => {
    setAsked(null);
    canvas.setState({ dialog: null });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={t("keysDialog.title")}
      size="xl"
      // Escape may be the key that is asked for.
      closeOnEscape={asked === null}
    >
      <p className={classes.quiet}>{t("keysDialog.change")}</p>
      <div className={classes.keyTable}>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`group.${group}`)}</h3>
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <Row key={command.id} command={command} isAsked={asked === command} onAsk={setAsked} />
              ))}
          </section>
        ))}
        <section>
          <h3>{t("keysDialog.mouse")}</h3>
          {MOUSE.map((line) => (
            <p key={line}>{t(`keysDialog.${line}`, { mod: keyForPeople("Mod") })}</p>
          ))}
        </section>
      </div>
      {isChanged && (
        <Button variant="default" size="xs" mt="md" onClick={resetAllKeys}>
          {t("keysDialog.resetAll")}
        </Button>
      )}
    </Modal>
  );
}

interface RowProps {
  command: Command;
  isAsked: boolean;
  onAsk: (command: Command | null) => void;
}

function Row({ command, isAsked, onAsk }: RowProps) {
  const t = useEditorWords();
  const keys = useKeysOf(command);
  const isChanged = useIsChanged(command);
  const name = command.isHidden ? t("keysDialog.far", { command: t(command.label) }) : t(command.label);
  return (
    <div className={classes.keyRow} data-testid={`keys-${command.id}`} data-changed={isChanged || undefined}>
      <span>{name}</span>
      <span className={classes.keyList}>
        {keys.map((key) => (
          <kbd key={key}>
            {keyForPeople(key)}
            <CloseButton
              size="xs"
              className={classes.keyButton}
              aria-label={t("keysDialog.remove", { key: keyForPeople(key), command: name })}
              onClick={() => removeKey(command, key)}
            />
          </kbd>
        ))}
        {isChanged && (
          <ReasonedIcon
            size="xs"
            className={classes.keyButton}
            label={t("keysDialog.reset", { command: name })}
            onClick={() => resetKeys(command)}
          >
            <IconRotate size={12} aria-hidden />
          </ReasonedIcon>
        )}
        <ReasonedIcon
          size="xs"
          className={classes.keyButton}
          label={t("keysDialog.add", { command: name })}
          onClick={() => onAsk(command)}
        >
          <IconPlus size={12} aria-hidden />
        </ReasonedIcon>
      </span>
      {isAsked && <AskKey command={command} name={name} onDone={() => onAsk(null)} />}
    </div>
  );
}

const HELD_ONLY = ["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process"];

/** Waits for a key. One that another command has is taken from it only when that is said once more. */
function AskKey({ command, name, onDone }: { command: Command; name: string; onDone: () => void }) {
  const t = useEditorWords();
  const [pressed, setPressed] = useState<string | null>(null);
  const conflict = pressed === null ? null : conflictOf(command, pressed);
  const box = useRef<HTMLDivElement>(null);
  // Below the last command in view it would be asked out of sight.
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" });
  });
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (HELD_ONLY.includes(event.key) || event.isComposing) return;
      // Once a key is there, Enter and Tab go to the buttons.
      if (pressed !== null && ["Enter", "Tab", " "].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const key = keyOfEvent(event);
      if (pressed !== null && key === "Escape") {
        onDone();
        return;
      }
      if (conflictOf(command, key)) {
        setPressed(key);
        return;
      }
      addKey(command, key);
      onDone();
    }
    window.addEventListener("keydown", onKeyDown, true);
    return () => window.removeEventListener("keydown", onKeyDown, true);
  }, [command, pressed, onDone]);
  const key = pressed === null ? "" : keyForPeople(pressed);
  return (
    <div ref={box} className={classes.askKey} role="status">
      {pressed === null && <span>{t("keysDialog.press", { command: name })}</span>}
      {conflict?.kind === "reserved" && <span>{t("keysDialog.reserved", { key })}</span>}
      {conflict?.kind === "held" && (
        <>
          <span>{t("keysDialog.held", { key, command: t(conflict.by.label) })}</span>
          <Button
            size="compact-xs"
            onClick={() => {
              if (pressed !== null) addKey(command, pressed);
              onDone();
            }}
          >
            {t("keysDialog.take")}
          </Button>
        </>
      )}
      <Button size="compact-xs" variant="default" onClick={onDone}>
        {t("dialog.cancel")}
      </Button>
    </div>
  );
}
