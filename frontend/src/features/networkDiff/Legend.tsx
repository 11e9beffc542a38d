import { useTranslation } from "react-i18next";
import type { BlockChange, Change } from "@/document";
import { SIGNS, useCanvasStore, useEditorStore } from "@/features/editor";
import styles from "./networkDiff.module.css";
import { useShownPlace } from "./useShownPlace";

const KINDS: readonly Change[] = ["added", "removed", "changed"];

/** What the signs and colours mean, how many nodes of each there are, and the way from one to the next. */
export function Legend({ changes }: { changes: readonly BlockChange[] }) {
  const { t } = useTranslation("networkDiff");
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const shown = useShownPlace();
  return (
    <div className={styles.legend} role="toolbar" aria-label={t("legend")}>
      {KINDS.map((kind) => {
        const places = changes.flatMap(({ block, nodes }) =>
          nodes.filter(({ change }) => change === kind).map(({ id }) => ({ block, id })),
        );
        const at = places.findIndex(({ block, id }) => block === shown?.block && id === shown.node);
        const next = places[(at + 1) % places.length];
        const words = (
          <>
            <span className={styles.sign} aria-hidden>
              {SIGNS[kind]}
            </span>
            {t("count", { kind: t(`change.${kind}`), count: places.length })}
          </>
        );
        if (next === undefined) {
          return (
            <span key={kind} className={styles.kind} data-change={kind}>
              {words}
            </span>
          );
        }
        return (
          <button
            key={kind}
            type="button"
            className={styles.kind}
            data-change={kind}
            title={t("next", { id: next.id })}
            onClick={() => {
              store.getState().showNode(next.block, next.id);
              canvas.getState().view?.show(next.id);
            }}
          >
            {words}
          </button>
        );
      })}
      <span className={styles.kind} data-change="within">
        <span className={styles.sign} aria-hidden>
          {SIGNS.within}
        </span>
        {t("within")}
      </span>
    </div>
  );
}
