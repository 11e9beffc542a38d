import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { hasWeights, type Node, reportAt, shareCandidates, sharersOf } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import styles from "./inspector.module.css";
import type { OpenLevel } from "./NodeInspector";

const OWN = "";

/** Whose weights a node uses: its own, or those of another of its type on this level. */
export function SharedWeights({ node, level }: { node: Node; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const document = useEditor((state) => state.document);
  const parameters = useEditor((state) => reportAt(state.report, state.level, node.id)?.parameters);
  const candidates = shareCandidates(level.block, node).map(({ id }) => id);
  const followers = sharersOf(level.block, node.id).map(({ id }) => id);
  // Nothing to choose and nothing to say: most nodes of most networks.
  if (!hasWeights(node, document, parameters)) return null;
  if (candidates.length === 0 && followers.length === 0 && node.share === null) return null;
  const others = node.share === null || candidates.includes(node.share) ? candidates : [...candidates, node.share];
  const data = [
    { value: OWN, label: t("ownWeights") },
    ...others.map((id) => ({ value: id, label: t("weightsOf", { id }) })),
  ];
  return (
    <div className={styles.share}>
      <Select
        label={t("weights")}
        description={t("weightsHint")}
        size="xs"
        data={data}
        value={node.share ?? OWN}
        allowDeselect={false}
        onChange={(value) => store.getState().shareWeights(node.id, value || null)}
      />
      {followers.length > 0 && <p className={styles.note}>{t("weightsLent", { ids: followers.join(", ") })}</p>}
    </div>
  );
}
