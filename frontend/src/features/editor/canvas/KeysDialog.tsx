import { Modal } from "@mantine/core";
import { useStore } from "zustand";
import type { Command } from "../commands/command";
import { keyForPeople } from "../commands/keys";
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
  "view",
  "help",
];
const MOUSE = ["pan", "box", "wire", "loose", "search", "open", "insert", "pull", "copy", "cut"] as const;

/** Every key and what it does, made from the commands themselves. */
export function KeysDialog() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const isOpen = useStore(canvas, (state) => state.dialog?.kind === "keys");
  const close = () => canvas.setState({ dialog: null });
  return (
    <Modal opened={isOpen} onClose={close} title={t("keysDialog.title")} size="lg">
      <div className={classes.keyTable}>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`group.${group}`)}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group && !command.isHidden && command.keys.length > 0)
                .map((command) => (
                  <div key={command.id}>
                    <dt>{t(command.label)}</dt>
                    <dd>
                      {command.keys.map((key) => (
                        <kbd key={key}>{keyForPeople(key)}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t("keysDialog.mouse")}</h3>
          {MOUSE.map((line) => (
            <p key={line}>{t(`keysDialog.${line}`, { mod: keyForPeople("Mod") })}</p>
          ))}
        </section>
      </div>
    </Modal>
  );
}
