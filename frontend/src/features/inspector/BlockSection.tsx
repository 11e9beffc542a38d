import { IconArrowsDiagonal } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { blockNameOf, blockOf, merge, type Node } from "@/document";
import { useCommand, useEditor, useEditorStore } from "@/features/editor";
import { NumberBox, type NumberShape, ReasonedButton } from "@/ui";
import { BlockName } from "./BlockName";
import { BlockUses } from "./BlockUses";
import styles from "./inspector.module.css";
import type { OpenLevel } from "./NodeInspector";

const REPEAT: NumberShape = {
  kind: "number",
  isInteger: true,
  min: 1,
  max: 10_000,
  isMinOpen: false,
  isMaxOpen: false,
};

/** What a node that uses a block has: which block, how often in a row, and what can be done with it. */
export function BlockSection({ node, level }: { node: Node; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const name = blockNameOf(node.type) ?? "";
  const isThere = useEditor(({ document }) => blockOf(document, name) !== undefined);

  function setRepeat(repeat: number | string | undefined) {
    const edit = { op: "set_node" as const, block: level.blockName, id: node.id, repeat: repeat ?? 1 };
    store.getState().applyEdits([edit], { history: merge(`repeat ${level.blockName} ${node.id}`) });
  }

  return (
    <div className={styles.section}>
      {isThere && (
        <div className={styles.line}>
          <span className={styles.blockName}>
            <BlockName name={name} />
          </span>
          <BlockUses name={name} />
        </div>
      )}
      <div className={styles.line}>
        <span>{t("repeat")}</span>
        <span className={styles.short}>
          <NumberBox
            label={t("repeat")}
            shape={REPEAT}
            value={node.repeat}
            takesExpressions
            onChange={setRepeat}
            onSettled={() => store.getState().sealHistory()}
          />
        </span>
      </div>
      <p className={styles.hint}>{t("repeatHint")}</p>
      <div className={styles.actions}>
        <CommandButton id="openBlock" label={t("openBlock")} />
        <CommandButton id="unpack" />
        <CommandButton id="makeUnique" />
        <CommandButton id="saveBlock" />
      </div>
    </div>
  );
}

/** A command of the editor as a button with its words; grey with the reason where it cannot be done. */
export function CommandButton({ id, label }: { id: string; label?: string }) {
  const command = useCommand(id);
  const Icon = command.icon ?? IconArrowsDiagonal;
  return (
    <ReasonedButton
      variant="default"
      size="compact-sm"
      reason={command.reason}
      {...(command.keys === undefined ? {} : { hint: command.keys })}
      leftSection={<Icon size={14} aria-hidden />}
      onClick={command.run}
    >
      {label ?? command.label}
    </ReasonedButton>
  );
}
