import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import styles from "./Splitter.module.css";

interface SplitterProps {
  /** What it makes wider, for a screen reader. */
  label: string;
  /** `x` lies between columns, `y` between rows. */
  axis: "x" | "y";
  /** The size of the panel, in pixels. */
  size: number;
  min: number;
  max: number;
  /** Whether the panel lies before (left, above) or after the splitter. */
  panel: "before" | "after";
  onChange: (size: number) => void;
  /** A double click or Enter: folds the panel away. */
  onFold?: () => void;
}

const KEY_STEP = 16;

/** The border between two panels: drag it, or move it with the arrow keys. */
export function Splitter({ label, axis, size, min, max, panel, onChange, onFold }: SplitterProps) {
  const drag = useRef<{ from: number; size: number } | null>(null);
  const direction = panel === "before" ? 1 : -1;

  function place(event: PointerEvent): number {
    return axis === "x" ? event.clientX : event.clientY;
  }

  function change(next: number) {
    onChange(Math.round(Math.min(max, Math.max(min, next))));
  }

  function onKeyDown(event: KeyboardEvent) {
    const [less, more] = axis === "x" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key === less) change(size - KEY_STEP * direction);
    else if (event.key === more) change(size + KEY_STEP * direction);
    else if (event.key === "Home") change(min);
    else if (event.key === "End") change(max);
    else if (event.key === "Enter") onFold?.();
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is this role; hr cannot be moved
    <div
      className={styles.root}
      data-axis={axis}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === "x" ? "vertical" : "horizontal"}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      onDoubleClick={onFold}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: place(event), size };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) change(drag.current.size + (place(event) - drag.current.from) * direction);
      }}
      onLostPointerCapture={() => {
        drag.current = null;
      }}
    />
  );
}
