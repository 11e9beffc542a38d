import { useTranslation } from "react-i18next";
import { blockNameProblem, renameBlockEdits } from "@/document";
import { say, useEditorStore, useEditorWords } from "@/features/editor";
import { InlineEdit } from "@/ui";

/** A block's name, edited where it stands; every node that uses the block follows. */
export function BlockName({ name }: { name: string }) {
  const { t } = useTranslation("inspector");
  const words = useEditorWords();
  const store = useEditorStore();

  function problemOf(next: string): string | null {
    const problem = blockNameProblem(store.getState().document, next, name);
    return problem && say(words, problem);
  }

  function rename(next: string): void {
    const { document, applyEdits } = store.getState();
    applyEdits(renameBlockEdits(document, name, next), {
      label: { key: "history.renameBlock", values: { name, newName: next } },
    });
  }

  return <InlineEdit isMono label={t("nameOfBlock", { name })} value={name} problemOf={problemOf} onChange={rename} />;
}
