import { type DragEvent, useRef, useState } from "react";

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes("Files");
}

/** Handlers for an element that takes a dropped file, and whether one hangs over it. */
export function useFileDrop(onFile: (file: File) => void) {
  // Enter and leave also come for every child: only their balance says whether the pointer is inside.
  const depth = useRef(0);
  const [isOver, setOver] = useState(false);

  function settle(next: number) {
    depth.current = next;
    setOver(next > 0);
  }

  return {
    isOver,
    handlers: {
      onDragEnter: (event: DragEvent) => holdsFiles(event) && settle(depth.current + 1),
      onDragLeave: (event: DragEvent) => holdsFiles(event) && settle(Math.max(0, depth.current - 1)),
      onDragOver: (event: DragEvent) => {
        if (holdsFiles(event)) event.preventDefault();
      },
      onDrop: (event: DragEvent) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        settle(0);
        const file = event.dataTransfer.files[0];
        if (file !== undefined) onFile(file);
      },
    },
  };
}
