import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { blockQuery, sentenceOf } from "@/api";
import {
  BLOCK_PREFIX,
  type BlockSet,
  type EditorStore,
  type Label,
  normalizeBlock,
  placingProblem,
  resolveLevel,
} from "@/document";
import { useCanvasStore, useEditorStore } from "@/features/editor";
import { type PaletteItem, recentItems } from "./items";

/** What is put on the canvas: a type, and the blocks that come with it. */
export interface Placed {
  type: string;
  bring?: BlockSet;
}

/** Why this cannot stand in the open level, or null. */
export function reasonAgainst(store: EditorStore, { type, bring }: Placed): Label | null {
  const { document, level } = store.getState();
  return placingProblem(document, resolveLevel(document, level).blockName, type, bring);
}

/** Gets a block of the library; everything else is here already. */
export function useFetchItem(): (item: PaletteItem) => Promise<Placed> {
  const client = useQueryClient();
  return useCallback(
    async ({ type, libraryId }) => {
      if (libraryId === undefined) return { type };
      const { definition } = await client.fetchQuery(blockQuery(libraryId));
      const blocks = Object.entries(definition.blocks).map(([name, block]) => [name, normalizeBlock(block)]);
      // The client's types lose that a position is a pair.
      const view = (definition.view ?? {}) as BlockSet["view"];
      return { type: BLOCK_PREFIX + definition.name, bring: { blocks: Object.fromEntries(blocks), view } };
    },
    [client],
  );
}

/** Puts what was chosen where `place` says; the library's blocks are fetched first. Says why where it cannot be. */
export function usePlace(): (item: PaletteItem, place: (placed: Placed) => void) => void {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const fetchItem = useFetchItem();
  return useCallback(
    (item, place) => {
      function check(placed: Placed): void {
        const reason = reasonAgainst(store, placed);
        if (reason) {
          canvas.setState({ notice: reason });
          return;
        }
        recentItems.note(item.type);
        place(placed);
      }
      if (item.libraryId === undefined) {
        check({ type: item.type });
        return;
      }
      fetchItem(item).then(check, (error: unknown) => {
        canvas.setState({ notice: { key: "notice.libraryFailed", values: { reason: sentenceOf(error) } } });
      });
    },
    [store, canvas, fetchItem],
  );
}

/** Adds a node after the one that is selected, and wires it to that one. The keyboard stays where it is. */
export function useAdd(): (item: PaletteItem) => void {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const place = usePlace();
  return useCallback(
    (item) =>
      place(item, ({ type, ...bring }) => {
        const { selection, addNode } = store.getState();
        const after = selection.nodes.at(-1);
        const id = addNode(type, { ...bring, ...(after === undefined ? {} : { after }) });
        canvas.setState({ notice: { key: "notice.added", values: { id } } });
        canvas.getState().view?.show(id);
      }),
    [store, canvas, place],
  );
}
