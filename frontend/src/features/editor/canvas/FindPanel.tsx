import { useClickOutside } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { blockNameOf, type FoundNode, findNodes, NETWORK } from "@/document";
import { Picker, type PickerItem } from "@/ui";
import { hereOf } from "../commands/command";
import { useEditor, useEditorContext } from "../context";
import { FamilyIcon } from "../FamilyIcon";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

interface Line extends PickerItem {
  found: FoundNode;
}

/** More would only be scrolled past: another word is quicker. */
const MOST = 200;

/** Finds nodes of the whole document; the one under the keyboard is shown on the canvas, Enter stays with it. */
export function FindPanel() {
  const { canvas } = useEditorContext();
  const isOpen = useStore(canvas, (state) => state.dialog?.kind === "find");
  return isOpen ? <Find /> : null;
}

function Find() {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const document = useEditor((state) => state.document);
  const catalogue = useEditor((state) => state.catalogue);
  const [here] = useState(() => hereOf(store.getState()).blockName);
  const [query, setQuery] = useState("");
  const lines = useMemo(() => {
    return findNodes(document, query, here)
      .slice(0, MOST)
      .map((found): Line => {
        const { node, block, settings } = found;
        const type = blockNameOf(node.type) ?? node.type;
        const where = block === here ? "" : block === NETWORK ? t("level.top") : block;
        const family = catalogue.get(node.type)?.family ?? "block";
        return {
          id: `${block}.${node.id}`,
          name: node.id,
          detail: [type, ...settings, where].filter(Boolean).join(" · "),
          icon: <FamilyIcon family={family} />,
          found,
        };
      });
  }, [document, catalogue, query, here, t]);
  const close = () => canvas.setState((state) => (state.dialog?.kind === "find" ? { dialog: null } : {}));
  const frame = useClickOutside<HTMLDivElement>(close);

  function show({ found }: Line, isGlance: boolean): void {
    store.getState().showNode(found.block, found.node.id, { isGlance });
    canvas.getState().view?.show(found.node.id);
  }

  return (
    <div ref={frame} role="dialog" aria-label={t("command.find")} className={classes.find}>
      <Picker
        label={t("find.search")}
        placeholder={t("find.search")}
        query={query}
        onQuery={setQuery}
        items={lines}
        onActive={(line) => show(line, true)}
        onPick={(line) => {
          close();
          show(line, false);
          canvas.getState().view?.reveal(line.found.node.id);
        }}
        onClose={() => {
          close();
          canvas.getState().view?.focus();
        }}
        nothing={t("find.none", { query })}
        testId="find"
      />
    </div>
  );
}
