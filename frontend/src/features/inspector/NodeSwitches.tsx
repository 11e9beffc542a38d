import { useTranslation } from "react-i18next";
import { blockNameOf, canBeMuted, type Node } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { ReasonedSwitch } from "@/ui";
import styles from "./inspector.module.css";
import type { OpenLevel } from "./NodeInspector";

/** What every node has beside its settings: left out or not. */
export function NodeSwitches({ node, level }: { node: Node; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const document = useEditor((state) => state.document);
  const catalogue = useEditor((state) => state.catalogue);
  const isStuck = !canBeMuted(node, { document, catalogue, block: level.block });
  const cannotMute = isStuck ? t("cannotMute", { type: blockNameOf(node.type) ?? node.type }) : null;

  return (
    <div className={styles.section}>
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
    </div>
  );
}
