import { useTranslation } from "react-i18next";
import type { BlockChange, Change } from "@/document";
import { SIGNS, useCanvasStore, useEditorStore } from "@/features/editor";
import styles from "./networkDiff.module.css";
import { useShownPlace } from "./useShownPlace";

const KINDS: readonly Change[] = ["added", "removed", "changed"];

/** What the signs and colours mean, how many nodes and wires of each there are, and the way from one to the next. */
export function Legend({ changes }: { changes: readonly BlockChange[] }) {
  const { t } = useTranslation("networkDiff");
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const shown = useShownPlace();
  return (
    <div className={styles.legend} role="toolbar" aria-label={t("legend")}>
      {KINDS.map((kind) => {
        const { places, numNodes, numWires } = placesOf(kind, changes);
        const counts = [
          ...(numNodes > 0 || numWires === 0 ? [t("nodes", { count: numNodes })] : []),
          ...(numWires > 0 ? [t("wires", { count: numWires })] : []),
        ];
        const at = places.findIndex(({ block, id }) => block === shown?.block && id === shown.node);
        const next = places[(at + 1) % places.length];
        const words = (
          <>
            <span className={styles.sign} aria-hidden>
              {SIGNS[kind]}
            </span>
            {t("count", { kind: t(`kind.${kind}`), counts: counts.join(t("and")) })}
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

/** Where what is of one kind can be looked at: each node, and of a wire between nodes that are not, the node that it leads to. */
function placesOf(kind: Change, changes: readonly BlockChange[]) {
  const places: { block: string; id: string }[] = [];
  let numNodes = 0;
  let numWires = 0;
  for (const { block, nodes, edges } of changes) {
    const ids = new Set(nodes.filter(({ change }) => change === kind).map(({ id }) => id));
    const wires = edges.filter(({ change }) => change === kind).map(({ edge }) => edge);
    numNodes += ids.size;
    numWires += wires.length;
    for (const { source, target } of wires) if (!ids.has(source)) ids.add(target);
    places.push(...[...ids].map((id) => ({ block, id })));
  }
  return { places, numNodes, numWires };
}
