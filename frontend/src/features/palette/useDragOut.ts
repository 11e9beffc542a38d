import { type PointerEvent as ReactPointerEvent, useCallback } from "react";
import { CARD_WIDTH, type EditorStore } from "@/document";
import { type CanvasStore, useCanvasStore, useEditorStore } from "@/features/editor";
import { reasonAgainst } from "./useAdd";

/** A press that moves less than this is a click. */
const THRESHOLD = 5;
/** From a card's upper edge to where the pointer holds it. */
const GRIP = 30;

/** Dragging an item out of the palette, with mouse, pen or finger. */
export function useDragOut(): (event: ReactPointerEvent, type: string) => void {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  return useCallback(
    (event, type) => {
      if (event.button === 0) startDrag(event.nativeEvent, type, store, canvas);
    },
    [store, canvas],
  );
}

function startDrag(start: PointerEvent, type: string, store: EditorStore, canvas: CanvasStore): void {
  let isDragging = false;
  const reason = reasonAgainst(store, type);

  function onMove(event: PointerEvent): void {
    if (event.pointerId !== start.pointerId) return;
    isDragging ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > THRESHOLD;
    if (!isDragging) return;
    event.preventDefault();
    const client = { x: event.clientX, y: event.clientY };
    const { view } = canvas.getState();
    canvas.setState({ ghost: { type, ...client, reason }, ghostEdge: reason ? null : (view?.edgeAt(client) ?? null) });
  }

  function onUp(event: PointerEvent): void {
    if (event.pointerId !== start.pointerId) return;
    const { view, ghostEdge } = canvas.getState();
    const client = { x: event.clientX, y: event.clientY };
    end();
    if (!isDragging || !view?.contains(client)) return;
    if (reason) {
      canvas.setState({ notice: reason });
      return;
    }
    const [x, y] = view.toCanvas(client);
    const into = ghostEdge ? { into: ghostEdge } : {};
    const id = store.getState().addNode(type, { position: [x - CARD_WIDTH / 2, y - GRIP], ...into });
    view.reveal(id);
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
