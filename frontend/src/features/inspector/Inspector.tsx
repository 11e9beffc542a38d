import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "@/features/editor";
import { BlockInspector } from "./BlockInspector";
import styles from "./inspector.module.css";
import { ManyInspector } from "./ManyInspector";
import { NodeInspector } from "./NodeInspector";
import { useLevel } from "./useLevel";

/** What is selected, in full: one node, several, or with nothing selected the block that is open. */
export function Inspector() {
  const { t } = useTranslation("inspector");
  const level = useLevel();
  const selection = useEditor((state) => state.selection.nodes);
  const selected = useMemo(() => new Set(selection), [selection]);
  const nodes = level.block.nodes.filter((node) => selected.has(node.id));
  const [first] = nodes;

  return (
    <section className={styles.root} aria-label={t("title")}>
      {first === undefined && <BlockInspector key={level.blockName} level={level} />}
      {first !== undefined && nodes.length === 1 && (
        <NodeInspector key={`${level.blockName} ${first.type} ${first.id}`} node={first} level={level} />
      )}
      {nodes.length > 1 && <ManyInspector nodes={nodes} level={level} />}
    </section>
  );
}
