import { TextInput } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { idProblem, resolveLevel } from "@/document";
import { say, useEditorStore, useEditorWords } from "@/features/editor";
import { focusAtOnce } from "@/ui";
import styles from "./nodeTree.module.css";

/** A new name for a node: Enter takes it, Escape leaves the old one; one that cannot be taken says why. */
export function RenameField({ id, onDone }: { id: string; onDone: (id: string) => void }) {
  const { t } = useTranslation("nodeTree");
  const words = useEditorWords();
  const store = useEditorStore();
  const [text, setText] = useState(id);
  const { document, level } = store.getState();
  const others = resolveLevel(document, level).block.nodes.filter((node) => node.id !== id);
  const problem = text === id ? null : idProblem(text, new Set(others.map((node) => node.id)));
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") onDone(id);
    else if (problem === null) {
      store.getState().renameNode(id, text);
      onDone(text);
    }
  }
  return (
    <TextInput
      ref={focusAtOnce}
      className={styles.rename}
      size="xs"
      label={t("newName", { id })}
      value={text}
      error={problem === null ? null : say(words, problem)}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.currentTarget.value.trim())}
      onKeyDown={onKeyDown}
      onBlur={() => onDone(id)}
    />
  );
}
