import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { LayerRead } from "@/api";
import { type BlockChange, createCatalogue, type Document, mergeDocuments, NETWORK } from "@/document";
import { Canvas, CommandPalette, EditorProvider, useCanvasStore } from "@/features/editor";
import { ChangeList } from "./ChangeList";
import { levelDifferences } from "./differences";
import { Legend } from "./Legend";
import styles from "./networkDiff.module.css";

interface DifferencesViewProps {
  before: Document;
  after: Document;
  changes: readonly BlockChange[];
  layers: LayerRead[];
}

const NO_DESTINATIONS = [] as const;

/** Both networks in one drawing that can be gone through, blocks included; below it what differs, in words. */
export function DifferencesView({ before, after, changes, layers }: DifferencesViewProps) {
  const { t } = useTranslation("networkDiff");
  const merged = useMemo(
    () => mergeDocuments(before, after, changes, createCatalogue(layers)),
    [before, after, changes, layers],
  );
  return (
    // Shapes and costs are those of the later network: what is gone has none.
    <EditorProvider document={merged} checked={after} layers={layers} isReadOnly>
      <Telling merged={merged} changes={changes} />
      <CommandPalette destinations={NO_DESTINATIONS} />
      <section className={styles.drawing} aria-label={t("drawing")}>
        <Legend changes={changes} />
        <div className={styles.canvas}>
          <Canvas />
        </div>
      </section>
      {changes.map((change) => (
        <ChangeList
          key={change.block}
          change={change}
          merged={merged}
          title={change.block === NETWORK ? t("network") : t(`block.${change.change}`, { name: change.block })}
        />
      ))}
    </EditorProvider>
  );
}

/** Tells the canvas what differs, anew in another language. */
function Telling({ merged, changes }: { merged: Document; changes: readonly BlockChange[] }) {
  const { t } = useTranslation("networkDiff");
  const canvas = useCanvasStore();
  useEffect(() => {
    canvas.setState({ differences: levelDifferences(merged, changes, t), isMinimapShown: false });
  }, [canvas, merged, changes, t]);
  return null;
}
