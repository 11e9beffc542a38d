import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { foldsOf, foldWith, marksOf, resolveLevel } from "@/document";
import { useCanvasStore, useEditor, useEditorStore } from "@/features/editor";
import { createLineBuilder, itemsBelow, keyOfNode, type NodeLine, type TreeItem } from "./rows";

export interface Tree {
  lines: readonly NodeLine[];
  /** What can have the keyboard, from top to bottom. */
  items: readonly TreeItem[];
  unfolded: ReadonlySet<string>;
  /** The item that Tab comes to. */
  active: TreeItem | undefined;
  selected: ReadonlySet<string>;
  root: React.RefObject<HTMLDivElement | null>;
  fold: (node: string, isUnfolded: boolean) => void;
  /** Gives an item the keyboard; a node is selected with it. */
  go: (item: TreeItem | undefined) => void;
  onFocus: (item: TreeItem) => void;
}

/** The open level as a tree, and the keyboard in it. */
export function useTree(): Tree {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const document = useEditor((state) => state.document);
  const catalogue = useEditor((state) => state.catalogue);
  const report = useEditor((state) => state.report);
  const path = useEditor((state) => state.level);
  const selection = useEditor((state) => state.selection.nodes);
  const [build] = useState(createLineBuilder);
  const lines = useMemo(() => build({ document, catalogue, report, path }), [build, document, catalogue, report, path]);
  const here = useMemo(() => resolveLevel(document, path), [document, path]);
  const folds = foldsOf(here.block, marksOf(document, here.blockName));
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(
    () =>
      lines.flatMap((line): TreeItem[] => {
        const fold = foldWith(folds, line.id);
        if (fold)
          return fold.nodes[0] === line.id ? [{ key: keyOfNode(line.id), kind: "fold", node: line.id, fold }] : [];
        const own: TreeItem = { key: keyOfNode(line.id), kind: "node", node: line.id, line };
        return unfolded.has(line.id) ? [own, ...itemsBelow(line)] : [own];
      }),
    [lines, unfolded, folds],
  );
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const chosen = selection[0] === undefined ? undefined : foldWith(folds, selection[0]);
  const [only] = chosen ? chosen.nodes : selection.length === 1 ? selection : [];
  const active =
    items.find(({ key }) => key === activeKey) ??
    items.find(({ key }) => only !== undefined && key === keyOfNode(only)) ??
    items[0];
  const root = useRef<HTMLDivElement>(null);
  const latest = useRef({ items, active });
  useEffect(() => {
    latest.current = { items, active };
  });
  useKeyboardHome(root, latest);
  useFollowing(root, only, setActiveKey);

  const onFocus = useCallback(
    (item: TreeItem) => {
      setActiveKey(item.key);
      store.getState().select({ nodes: item.kind === "fold" ? item.fold.nodes : [item.node] });
      canvas.getState().view?.show(item.node);
    },
    [store, canvas],
  );
  const go = useCallback((item: TreeItem | undefined) => item && focusItem(root.current, item.key), []);
  const fold = useCallback((node: string, isUnfolded: boolean) => {
    setUnfolded((old) => {
      const next = new Set(old);
      if (isUnfolded) next.add(node);
      else next.delete(node);
      return next;
    });
  }, []);
  const selected = useMemo(() => new Set(selection), [selection]);
  return { lines, items, unfolded, active, selected, root, fold, go, onFocus };
}

export function focusItem(root: HTMLElement | null, key: string): boolean {
  const drawn = root?.querySelectorAll<HTMLElement>("[role=treeitem]") ?? [];
  const element = [...drawn].find(({ dataset }) => dataset.key === key);
  element?.focus();
  return element !== undefined;
}

/** The item that is selected elsewhere is the one that Tab comes to, and in sight. */
function useFollowing(root: Tree["root"], only: string | undefined, setActiveKey: (key: string) => void): void {
  useEffect(() => {
    if (only === undefined || root.current?.contains(document.activeElement)) return;
    setActiveKey(keyOfNode(only));
    const drawn = root.current?.querySelectorAll<HTMLElement>("[role=treeitem]") ?? [];
    [...drawn].find(({ dataset }) => dataset.key === keyOfNode(only))?.scrollIntoView({ block: "nearest" });
  }, [root, only, setActiveKey]);
}

/** Frames that a line which was just made may take to be drawn. */
const FRAMES = 30;

type Latest = React.RefObject<{ items: readonly TreeItem[]; active: TreeItem | undefined }>;

/** As long as the tree had the keyboard last, commands and dialogs give it back to the tree and not to the canvas. */
function useKeyboardHome(root: Tree["root"], latest: Latest): void {
  const canvas = useCanvasStore();
  useEffect(() => {
    function focus(key: () => string | undefined, frames: number): void {
      const wanted = key();
      if (wanted !== undefined && focusItem(root.current, wanted)) return;
      if (frames > 0) requestAnimationFrame(() => focus(key, frames - 1));
    }
    const home = {
      focus: (node?: string) => {
        // What was removed is gone a frame later: then the line that took its place has the keyboard.
        if (node !== undefined) focus(() => keyOfNode(node), FRAMES);
        else requestAnimationFrame(() => focus(() => latest.current.active?.key, FRAMES));
      },
    };
    function onFocusIn({ target }: FocusEvent): void {
      if (!(target instanceof Element)) return;
      const isHere = root.current?.contains(target) ?? false;
      const isCanvas = target.closest("[role=application]") !== null;
      if (isHere) canvas.setState({ keyboardHome: home });
      else if (isCanvas) canvas.setState({ keyboardHome: null });
    }
    document.addEventListener("focusin", onFocusIn);
    return () => {
      document.removeEventListener("focusin", onFocusIn);
      if (canvas.getState().keyboardHome === home) canvas.setState({ keyboardHome: null });
    };
  }, [canvas, root, latest]);
}
