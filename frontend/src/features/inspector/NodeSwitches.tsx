import { useTranslation } from "react-i18next";
import { blockNameOf, canBeMuted, frozenOf, frozenState, type Node, reportAt, setFrozen } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { ReasonedSwitch } from "@/ui";
import styles from "./inspector.module.css";
import type { OpenLevel } from "./NodeInspector";
import { SharedWeights } from "./SharedWeights";

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
      <SharedWeights node={node} level={level} />
      <FreezeSwitch node={node} />
    </div>
  );
}

/** Whether the node keeps its weights while the rest trains; only where it has any. */
function FreezeSwitch({ node }: { node: Node }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const numParameters = useEditor((state) => reportAt(state.report, state.level, node.id)?.parameters ?? 0);
  const frozen = useEditor((state) => frozenState(frozenOf(state.document), state.level, node.id));
  const block = useEditor((state) => state.level.at(-1) ?? "");
  if (numParameters === 0 && frozen === null) return null;

  function change(isFrozen: boolean) {
    const { document, report, level, setTraining } = store.getState();
    setTraining({ ...document.training, frozen: setFrozen(document, report, level, node.id, isFrozen) });
  }

  return (
    <div className={styles.line}>
      <span>{t("freeze")}</span>
      <ReasonedSwitch
        label={t("freeze")}
        hint={frozen === "part" ? t("freezePart") : t("freezeHint")}
        reason={frozen === "block" ? t("frozenByBlock", { block }) : null}
        checked={frozen === "own" || frozen === "block"}
        onChange={change}
      />
    </div>
  );
}
