import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type LayerRead, loadPart } from "@/api";
import { type Document, diffDocuments } from "@/document";
import { LineSkeletons } from "@/ui";
import styles from "./networkDiff.module.css";

/** The canvas is loaded where something is to be seen on it. */
const DifferencesView = lazy(() =>
  loadPart(async () => ({ default: (await import("./DifferencesView")).DifferencesView })),
);

interface NetworkDifferencesProps {
  before: Document;
  after: Document;
  layers: LayerRead[];
}

/** What differs between two networks: coloured on the drawing of both, and block by block in words. */
export function NetworkDifferences({ before, after, layers }: NetworkDifferencesProps) {
  const { t } = useTranslation("networkDiff");
  const changes = useMemo(() => diffDocuments(before, after), [before, after]);
  // Another pair is another drawing: nothing of the one before is kept.
  const pair = useMemo(() => ({ before, after, changes, id: crypto.randomUUID() }), [before, after, changes]);
  return (
    <div className={styles.root} data-testid="network-differences">
      {before.name !== after.name && <p>{t("renamed", { before: before.name, after: after.name })}</p>}
      {changes.length === 0 ? (
        <p className={styles.quiet}>{t("same")}</p>
      ) : (
        <Suspense fallback={<LineSkeletons lines={8} />}>
          <DifferencesView key={pair.id} {...pair} layers={layers} />
        </Suspense>
      )}
    </div>
  );
}
