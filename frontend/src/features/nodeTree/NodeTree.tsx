import { IconPencil, IconPlugConnected, IconPlugConnectedX, IconSquarePlus, IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandIcon, useCanvasStore, useCommandKeys, useEditor, useEditorStore } from "@/features/editor";
import { ReasonedIcon } from "@/ui";
import styles from "./nodeTree.module.css";
import { RenameField } from "./RenameField";
import { isTop, keyOfNode, type TreeItem } from "./rows";
import { TreeLine } from "./TreeLine";
import { focusItem, type Tree, useTree } from "./useTree";

/** Keys of the canvas that mean the same here. */
const CANVAS_KEYS = [
  "fold",
  "openFold",
  "mute",
  "leaveBlock",
  "duplicate",
  "detach",
  "removeWithWires",
  "group",
  "unpack",
];

/** The open level as a tree: all that can be done on the canvas, for the keyboard and for a screen reader. */
export function NodeTree({ end }: { end?: React.ReactNode }) {
  const { t } = useTranslation("nodeTree");
  const tree = useTree();
  const [renamed, setRenamed] = useState<string | null>(null);
  const acts = useActs(tree, setRenamed);
  const onKeyDown = useTreeKeys(tree, acts);
  const { active } = tree;
  const sizes = new Map<string, number>();
  const places = tree.items.map((item) => {
    const group = isTop(item) ? "" : item.node;
    const at = sizes.get(group) ?? 0;
    sizes.set(group, at + 1);
    return at;
  });
  return (
    <section className={styles.root} aria-label={t("title")} data-testid="node-tree">
      <header className={styles.head}>
        <h2 className={styles.title}>{t("title")}</h2>
        {end}
      </header>
      <Tools active={active} acts={acts} />
      {renamed !== null && (
        <RenameField
          key={renamed}
          id={renamed}
          onDone={(id) => {
            setRenamed(null);
            requestAnimationFrame(() => focusItem(tree.root.current, keyOfNode(id)));
          }}
        />
      )}
      {tree.items.length === 0 && <p className={styles.empty}>{t("empty")}</p>}
      <div
        ref={tree.root}
        role="tree"
        aria-label={t("label")}
        aria-multiselectable
        className={styles.tree}
        onKeyDown={onKeyDown}
      >
        {tree.items.map((item, index) => (
          <TreeLine
            key={item.key}
            item={item}
            isUnfolded={tree.unfolded.has(item.node)}
            isSelected={isTop(item) && tree.selected.has(item.node)}
            isActive={item === active}
            at={places[index] ?? 0}
            size={sizes.get(isTop(item) ? "" : item.node) ?? 1}
            onFocus={tree.onFocus}
            onFold={tree.fold}
          />
        ))}
      </div>
    </section>
  );
}

/** As the other keys of the tools: what stands on it. */
const DELETE = "Del";

interface Acts {
  rename: (item: TreeItem) => void;
  connect: (item: TreeItem) => void;
  disconnect: (item: TreeItem) => void;
  addBehind: (item: TreeItem) => void;
  remove: (item: TreeItem) => void;
}

/** What can be done with a line; each is the same edit as on the canvas. */
function useActs(tree: Tree, onRename: (id: string) => void): Acts {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  return {
    rename: ({ kind, node }) => kind !== "fold" && onRename(node),
    connect: (item) => {
      if (item.kind === "fold") return;
      const input = item.kind === "input" ? { input: item.port } : {};
      canvas.setState({ dialog: { kind: "connect", node: item.node, ...input } });
    },
    disconnect: (item) => {
      if (item.kind !== "input" || item.edge === null) return;
      store.getState().disconnect([item.edge]);
      const values = { source: item.source, target: item.node };
      canvas.setState({ notice: { key: "notice.disconnected", values } });
      // The line of a further wire is gone with it.
      canvas.getState().keyboardHome?.focus();
    },
    addBehind: (item) => {
      if (item.kind === "fold") return;
      const line = tree.lines.find(({ id }) => id === item.node);
      const port = item.kind === "output" ? item.port : line?.outputs[0]?.port;
      const box = (tree.root.current?.querySelector("[tabindex='0']") ?? tree.root.current)?.getBoundingClientRect();
      const client = { x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 };
      const wire = port === undefined ? null : { from: { node: item.node, port }, kind: "source" as const };
      canvas.setState({ dialog: { kind: "add", client, wire, into: null, after: item.node } });
    },
    remove: (item) => {
      const at = tree.items.indexOf(item);
      const next = tree.items.slice(at + 1).find((other) => isTop(other) && other.node !== item.node);
      const before = tree.items.slice(0, at).findLast(isTop);
      store.getState().select({ nodes: item.kind === "fold" ? item.fold.nodes : [item.node] });
      store.getState().removeSelection();
      tree.go(next ?? before);
    },
  };
}

function Tools({ active, acts }: { active: TreeItem | undefined; acts: Acts }) {
  const { t } = useTranslation("nodeTree");
  const isReadOnly = useEditor((state) => state.isReadOnly);
  const none = active === undefined ? t("nothing") : null;
  const one = none ?? (active?.kind === "fold" ? t("foldedFirst") : null);
  const act = (what: (item: TreeItem) => void) => () => active && what(active);
  if (isReadOnly) return null;
  const noWire = active?.kind === "input" && active.edge !== null ? null : t("noWire");
  return (
    <div role="toolbar" aria-label={t("tools")} className={styles.tools}>
      <ReasonedIcon label={t("rename")} keys="F2" reason={one} onClick={act(acts.rename)}>
        <IconPencil size={16} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon label={t("connect")} keys="C" reason={one} onClick={act(acts.connect)}>
        <IconPlugConnected size={16} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon label={t("disconnect")} keys={DELETE} reason={none ?? noWire} onClick={act(acts.disconnect)}>
        <IconPlugConnectedX size={16} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon label={t("addBehind")} keys="A" reason={one} onClick={act(acts.addBehind)}>
        <IconSquarePlus size={16} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon label={t("remove")} keys={DELETE} reason={none} onClick={act(acts.remove)}>
        <IconTrash size={16} aria-hidden />
      </ReasonedIcon>
      <CommandIcon id="leaveBlock" />
    </div>
  );
}

/** The keys of a tree, those of the acts, and those of the canvas that mean the same here. */
function useTreeKeys(tree: Tree, acts: Acts): (event: KeyboardEvent) => void {
  const store = useEditorStore();
  const isCommand = useCommandKeys(CANVAS_KEYS);
  const isReadOnly = useEditor((state) => state.isReadOnly);
  return (event) => {
    const { items, active } = tree;
    if (active === undefined) return;
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
    const at = items.indexOf(active);
    const parent = items.find(({ key }) => key === keyOfNode(active.node));
    const isUnfolded = tree.unfolded.has(active.node);
    const moves: Record<string, () => void> = {
      ArrowDown: () => tree.go(items[at + 1]),
      ArrowUp: () => tree.go(items[at - 1]),
      Home: () => tree.go(items[0]),
      End: () => tree.go(items.at(-1)),
      ArrowRight: () => {
        if (active.kind === "fold") openFold(active.fold.id);
        if (active.kind !== "node") return;
        if (isUnfolded) tree.go(items[at + 1]);
        else tree.fold(active.node, true);
      },
      ArrowLeft: () => (active.kind === "node" ? tree.fold(active.node, false) : tree.go(parent)),
      " ": () => (active.kind === "fold" ? openFold(active.fold.id) : tree.fold(active.node, !isUnfolded)),
      Enter: () => enter(),
    };
    const edits: Record<string, () => void> = {
      F2: () => acts.rename(active),
      c: () => acts.connect(active),
      a: () => acts.addBehind(active),
      Delete: () => (active.kind === "input" ? acts.disconnect(active) : acts.remove(active)),
      Backspace: () => (active.kind === "input" ? acts.disconnect(active) : acts.remove(active)),
    };
    const openFold = (id: string) => {
      store.getState().openFold(id);
      // The line of its first node takes the place of the fold's.
      store.getState().select({ nodes: [active.node] });
      requestAnimationFrame(() => focusItem(tree.root.current, keyOfNode(active.node)));
    };
    const enter = () => {
      if (active.kind === "fold") return openFold(active.fold.id);
      if (active.kind === "input" && !isReadOnly) acts.connect(active);
      else if (active.kind === "output" && !isReadOnly) acts.connect(active);
      else if (active.kind === "problem") tree.go(parent);
      else {
        const { level } = store.getState();
        store.getState().openNode(active.node);
        if (store.getState().level === level) tree.fold(active.node, !isUnfolded);
        else requestAnimationFrame(() => tree.root.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus());
      }
    };
    const act = isPlain ? (moves[event.key] ?? (isReadOnly ? undefined : edits[event.key])) : undefined;
    if (act === undefined && !isCommand(event)) return;
    event.preventDefault();
    act?.();
  };
}
