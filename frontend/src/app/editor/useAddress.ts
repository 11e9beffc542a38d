import { useCallback, useEffect, useRef } from "react";
import { useLocation, useNavigationType, useSearchParams } from "react-router";
import type { EditorState } from "@/document";
import { useEditorStore } from "@/features/editor";
import { withParams } from "@/ui";

export const DRAWERS = ["problems", "costs", "code", "weights", "train"] as const;
export type DrawerName = (typeof DRAWERS)[number];

/** Which drawer the address names, and how to change it. */
export function useDrawer(): [DrawerName | null, (drawer: DrawerName | null) => void] {
  const [params, setParams] = useSearchParams();
  const open = DRAWERS.find((name) => name === params.get("drawer")) ?? null;
  // The router's own function is another one for each address.
  const latest = useRef(setParams);
  useEffect(() => {
    latest.current = setParams;
  });
  const setOpen = useCallback((drawer: DrawerName | null) => {
    latest.current((old) => withParams(old, { drawer }), { replace: true });
  }, []);
  return [open, setOpen];
}

/** Marks an address that the editor asked for, in the history's state. */
const OWN = "editor";

interface Place {
  block: string;
  node: string;
}

function placeIn(params: URLSearchParams): Place {
  return { block: params.get("block") ?? "", node: params.get("node") ?? "" };
}

function placeOf({ level, selection }: EditorState): Place {
  return { block: level.join("."), node: selection.nodes.join(",") };
}

/**
 * Keeps the open block and the selected nodes in the address (`?block=stage.conv&node=act1`), so that Back leaves a block and
 * a copied link opens the same place. Each side follows the other's changes only, never its own echo.
 */
export function useAddress(): void {
  const store = useEditorStore();
  const [params, setParams] = useSearchParams();
  const { block, node } = placeIn(params);
  const isFollowing = useRef(false);
  // An address that was asked for here comes some frames later: by then the selection may have moved on, and is not to go back.
  const [kind, { state }] = [useNavigationType(), useLocation()];
  const isOwn = kind !== "POP" && state === OWN;
  const latest = useRef({ params, setParams, isOwn });
  const told = useRef({ block, node });
  useEffect(() => {
    latest.current = { params, setParams, isOwn };
  });

  // From the address to the editor: when it is opened, and when Back or Forward is pressed.
  useEffect(() => {
    if (latest.current.isOwn) return;
    told.current = { block, node };
    const here = placeOf(store.getState());
    isFollowing.current = true;
    if (here.block !== block) store.getState().openLevel(block === "" ? [] : block.split("."));
    if (here.block !== block || here.node !== node) {
      store.getState().select({ nodes: node === "" ? [] : node.split(",") });
    }
    isFollowing.current = false;
  }, [store, block, node]);

  // From the editor to the address: a level is a step that Back goes over, a selection is not.
  useEffect(() => {
    return store.subscribe((state, before) => {
      if (isFollowing.current || (state.level === before.level && state.selection === before.selection)) return;
      const { params: old, setParams: change } = latest.current;
      const [was, is] = [told.current, placeOf(state)];
      if (was.block === is.block && was.node === is.node) return;
      told.current = is;
      change(withParams(old, { block: is.block, node: is.node }), { replace: was.block === is.block, state: OWN });
    });
  }, [store]);
}
