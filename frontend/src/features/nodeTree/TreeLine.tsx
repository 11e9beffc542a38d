import { IconAlertTriangle, IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { blockNameOf } from "@/document";
import styles from "./nodeTree.module.css";
import { isTop, type TreeItem } from "./rows";

interface TreeLineProps {
  item: TreeItem;
  /** Of a node's line. */
  isUnfolded?: boolean;
  isSelected: boolean;
  /** Tab comes to this line. */
  isActive: boolean;
  at: number;
  size: number;
  onFocus: (item: TreeItem) => void;
  onFold: (node: string, isUnfolded: boolean) => void;
}

/** One line. It is drawn again only when what it says or its state changes. */
export const TreeLine = memo(function TreeLine(props: TreeLineProps) {
  const { item, isUnfolded = false, isSelected, isActive, at, size, onFocus, onFold } = props;
  const isNode = item.kind === "node";
  const isFold = item.kind === "fold";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the tree.
    <div
      role="treeitem"
      aria-level={isTop(item) ? 1 : 2}
      aria-posinset={at + 1}
      aria-setsize={size}
      aria-selected={isSelected}
      {...(isTop(item) ? { "aria-expanded": isNode && isUnfolded } : {})}
      tabIndex={isActive ? 0 : -1}
      className={styles.line}
      data-key={item.key}
      data-kind={item.kind}
      data-testid={isNode ? `tree-${item.node}` : isFold ? `tree-fold-${item.node}` : undefined}
      onFocus={() => onFocus(item)}
      onClick={(event) => event.currentTarget.focus()}
    >
      {isNode ? <NodeWords item={item} isUnfolded={isUnfolded} onFold={onFold} /> : <PartWords item={item} />}
    </div>
  );
});

interface NodeWordsProps {
  item: Extract<TreeItem, { kind: "node" }>;
  isUnfolded: boolean;
  onFold: TreeLineProps["onFold"];
}

function NodeWords({ item: { line }, isUnfolded, onFold }: NodeWordsProps) {
  const { t } = useTranslation("nodeTree");
  const Chevron = isUnfolded ? IconChevronDown : IconChevronRight;
  const errors = line.problems.length;
  return (
    <>
      <Chevron
        size={14}
        aria-hidden
        className={styles.chevron}
        onClick={() => {
          onFold(line.id, !isUnfolded);
        }}
      />
      <span className={styles.id}>{line.id}</span>{" "}
      <span className={styles.type}>{blockNameOf(line.type) ?? line.type}</span>{" "}
      {line.isMuted && <span className={styles.quiet}>{t("muted")} </span>}
      {errors > 0 && (
        <span
          className={styles.problems}
          data-severity={line.problems.some((one) => one.severity === "error") ? "error" : "warning"}
        >
          <IconAlertTriangle size={13} aria-hidden /> {t("problems", { count: errors })}
        </span>
      )}{" "}
      <span className={styles.shape}>{line.shape}</span>
    </>
  );
}

function PartWords({ item }: { item: Exclude<TreeItem, { kind: "node" }> }) {
  const { t } = useTranslation("nodeTree");
  if (item.kind === "fold") {
    const { nodes } = item.fold;
    return (
      <>
        <IconChevronRight size={14} aria-hidden className={styles.chevron} />
        <span className={styles.id}>{`${nodes[0]} ... ${nodes.at(-1)}`}</span>{" "}
        <span className={styles.quiet}>{t("folded", { count: nodes.length })}</span>
      </>
    );
  }
  if (item.kind === "problem") return <span className={styles.sentence}>{item.message}</span>;
  if (item.kind === "input") {
    const words = item.edge === null ? t("inputOpen", { port: item.port }) : t("inputFrom", { ...item });
    return (
      <>
        <span>{words}</span> <span className={styles.shape}>{item.shape}</span>
      </>
    );
  }
  const words = item.targets === "" ? t("outputOpen", { port: item.port }) : t("outputTo", { ...item });
  return (
    <>
      <span>{words}</span> <span className={styles.shape}>{item.shape}</span>
    </>
  );
}
