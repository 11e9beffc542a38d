import { type PointerEvent as ReactPointerEvent, useCallback } from "react";
import { CARD_WIDTH, type Edge, type EditorStore } from "@/document";
import { type CanvasStore, useCanvasStore, useEditorStore } from "@/features/editor";
import type { PaletteItem } from "./items";
import { type Placed, reasonAgainst, usePlace } from "./useAdd";

/** A press that moves less than this is a click. */
const THRESHOLD = 5;
/** From a card's upper edge to where the pointer holds it. */
const GRIP = 30;

/** Dragging an item out of the palette, with mouse, pen or finger. */
export function useDragOut(): (event: ReactPointerEvent, item: PaletteItem) => void {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const place = usePlace();
  return useCallback(
    (event, item) => {
      if (event.button === 0) startDrag(event.nativeEvent, item, { store, canvas, place });
    },
    [store, canvas, place],
  );
}

interface Dragging {
  store: EditorStore;
  canvas: CanvasStore;
  place: ReturnType<typeof usePlace>;
}

function startDrag(start: PointerEvent, item: PaletteItem, dragging: Dragging): void {
  const { store, canvas } = dragging;
  let isDragging = false;
  // A block of the library is known when it is dropped.
  const reason = item.libraryId === undefined ? reasonAgainst(store, { type: item.type }) : null;

  function onMove(event: PointerEvent): void {
    if (event.pointerId !== start.pointerId) return;
    isDragging ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > THRESHOLD;
    if (!isDragging) return;
    event.preventDefault();
    const client = { x: event.clientX, y: event.clientY };
    const { view } = canvas.getState();
    const { type, name } = item;
    canvas.setState({
      ghost: { type, name, ...client, reason },
      ghostEdge: reason ? null : (view?.edgeAt(client) ?? null),
    });
  }

  function onUp(event: PointerEvent): void {
    if (event.pointerId !== start.pointerId) return;
    const { view, ghostEdge } = canvas.getState();
    const client = { x: event.clientX, y: event.clientY };
    end();
    if (!isDragging || !view?.contains(client)) return;
    const at = view.toCanvas(client);
    dragging.place(item, (placed) => putAt(placed, at, ghostEdge, dragging));
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  }

  function end(): void {
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", onKeyDown, true);
    canvas.setState({ ghost: null, ghostEdge: null });
  }

  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", onKeyDown, true);
}

function putAt(
  { type, ...bring }: Placed,
  [x, y]: readonly [number, number],
  edge: Edge | null,
  { store, canvas }: Dragging,
): void {
  const into = edge ? { into: edge } : {};
  const id = store.getState().addNode(type, { ...bring, position: [x - CARD_WIDTH / 2, y - GRIP], ...into });
  canvas.getState().view?.reveal(id);
}
