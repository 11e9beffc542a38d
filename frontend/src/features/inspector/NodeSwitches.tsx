import { Button } from "@mantine/core";
import { IconArrowsDiagonal } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { blockNameOf, canBeMuted, merge, type Node } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { NumberBox, type NumberShape, ReasonedSwitch } from "@/ui";
import styles from "./inspector.module.css";
import type { OpenLevel } from "./NodeInspector";
import { SharedWeights } from "./SharedWeights";

const REPEAT: NumberShape = {
  kind: "number",
  isInteger: true,
  min: 1,
  max: 10_000,
  isMinOpen: false,
  isMaxOpen: false,
};

/** What every node has beside its settings: left out or not, and for blocks how often and a way in. */
export function NodeSwitches({ node, level }: { node: Node; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const isBlock = blockNameOf(node.type) !== null;
  const document = useEditor((state) => state.document);
  const catalogue = useEditor((state) => state.catalogue);
  const isStuck = !canBeMuted(node, { document, catalogue, block: level.block });
  const cannotMute = isStuck ? t("cannotMute", { type: blockNameOf(node.type) ?? node.type }) : null;

  function setRepeat(repeat: number | string | undefined) {
    const key = merge(`repeat ${level.blockName} ${node.id}`);
    const edit = { op: "set_node" as const, block: level.blockName, id: node.id, repeat: repeat ?? 1 };
    store.getState().applyEdits([edit], { history: key });
  }

  return (
    <div className={styles.section}>
      {isBlock && (
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
      )}
      <div className={styles.line}>
        <span>{t("mute")}</span>
        <ReasonedSwitch
          label={t("mute")}
          hint={t("muteHint")}
          reason={node.muted ? null : cannotMute}
          checked={node.muted}
          onChange={(muted) => store.getState().setNode(node.id, { muted })}
        />
      </div>
      <SharedWeights node={node} level={level} />
      {isBlock && (
        <Button
          variant="default"
          leftSection={<IconArrowsDiagonal size={16} aria-hidden />}
          onClick={() => store.getState().openNode(node.id)}
        >
          {t("openBlock")}
        </Button>
      )}
    </div>
  );
}
