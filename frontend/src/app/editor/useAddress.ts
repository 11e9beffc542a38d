import { useCallback, useEffect } from "react";
import { useSearchParams } from "react-router";
import { useEditor, useEditorStore } from "@/features/editor";

export const DRAWERS = ["problems", "code", "train"] as const;
export type DrawerName = (typeof DRAWERS)[number];

/** Which drawer the address names, and how to change it. */
export function useDrawer(): [DrawerName | null, (drawer: DrawerName | null) => void] {
  const [params, setParams] = useSearchParams();
  const open = DRAWERS.find((name) => name === params.get("drawer")) ?? null;
  const setOpen = useCallback(
    (drawer: DrawerName | null) => {
      setParams((old) => withParam(old, "drawer", drawer), { replace: true });
    },
    [setParams],
  );
  return [open, setOpen];
}

function withParam(params: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value === null || value === "") next.delete(name);
  else next.set(name, value);
  return next;
}

/**
 * Keeps the open block and the selected nodes in the address (`?block=stage.conv&node=act1`), so that Back leaves a block and
 * a copied link opens the same place.
 */
export function useAddress(): void {
  const store = useEditorStore();
  const [params, setParams] = useSearchParams();
  const block = params.get("block") ?? "";
  const node = params.get("node") ?? "";

  // From the address to the editor: when it is opened, and when Back or Forward is pressed.
  useEffect(() => {
    const { level, selection, openLevel, select } = store.getState();
    if (level.join(".") !== block) openLevel(block === "" ? [] : block.split("."));
    if (selection.nodes.join(",") !== node) select({ nodes: node === "" ? [] : node.split(",") });
  }, [store, block, node]);

  // From the editor to the address: a level is a step that Back goes over, a selection is not.
  const level = useEditor((state) => state.level.join("."));
  const selected = useEditor((state) => state.selection.nodes.join(","));
  useEffect(() => {
    setParams(
      (old) => {
        if ((old.get("block") ?? "") === level && (old.get("node") ?? "") === selected) return old;
        return withParam(withParam(old, "block", level), "node", selected);
      },
      { replace: (new URLSearchParams(location.search).get("block") ?? "") === level },
    );
  }, [setParams, level, selected]);
}
