import { type KeyboardEvent, useRef, useState } from "react";
import styles from "./form.module.css";
import { isExpression, readNumberText, stepNumber } from "./numberText";
import type { NumberShape } from "./schema";
import { useScrub } from "./useScrub";

export type NumberValue = number | string | undefined;

export interface NumberBoxProps {
  id?: string | undefined;
  label: string;
  shape: NumberShape;
  /** A number, an expression (`=2*width`), or undefined where nothing is set. */
  value: NumberValue;
  /** What holds when nothing is set; shown in grey, and where stepping starts. */
  fallback?: number | undefined;
  placeholder?: string | undefined;
  unit?: string | undefined;
  takesExpressions?: boolean;
  isInvalid?: boolean;
  /** Without the buttons for stepping: one of several in a row. */
  isCompact?: boolean;
  describedBy?: string | undefined;
  /** Every readable value as it is written; undefined when the field was emptied. */
  onChange: (value: NumberValue) => void;
  /** The writing is over: the field was left, or Enter was pressed. */
  onSettled?: (() => void) | undefined;
  /** What is written cannot be read; null when it can again. */
  onWrong?: ((reason: "notANumber" | "notWhole" | null) => void) | undefined;
  /** A pasted text; true when it was taken care of. */
  onPasteText?: ((text: string) => boolean) | undefined;
}

const BIG_STEP = 10;

/**
 * A small field for one number: typing, dragging to the side, arrow keys (with Shift ten steps), and expressions where they are
 * allowed.
 */
export function NumberBox(props: NumberBoxProps) {
  const { shape, value, fallback, takesExpressions = false, onChange, onSettled, onWrong } = props;
  // What is being written; null while nothing is, then the value itself is shown.
  const [draft, setDraft] = useState<string | null>(null);
  const before = useRef<NumberValue>(undefined);
  const hasExpression = isExpression(value);

  function write(text: string) {
    setDraft(text);
    const read = readNumberText(text, shape, takesExpressions);
    onWrong?.(read.kind === "wrong" ? read.reason : null);
    if ((read.kind === "number" || read.kind === "expression") && read.value !== value) onChange(read.value);
  }

  function settle() {
    if (draft !== null) {
      const isEmpty = readNumberText(draft, shape, takesExpressions).kind === "empty";
      if (isEmpty && value !== undefined) onChange(undefined);
      setDraft(null);
      onWrong?.(null);
    }
    onSettled?.();
  }

  function step(steps: number) {
    const from = typeof value === "number" ? value : fallback;
    if (from === undefined || hasExpression) return;
    setDraft(null);
    onWrong?.(null);
    const next = stepNumber(from, shape, steps);
    if (next !== value) onChange(next);
  }

  const start = useRef<number | undefined>(undefined);
  const latest = useRef(onChange);
  latest.current = onChange;
  const scrub = useScrub({
    isOff: hasExpression || (typeof value !== "number" && fallback === undefined),
    onScrub: (steps) => {
      start.current ??= typeof value === "number" ? value : fallback;
      // The drag goes on while the field is drawn anew with the value that it gave.
      if (start.current !== undefined) latest.current(stepNumber(start.current, shape, steps));
    },
    onEnd: () => {
      start.current = undefined;
      onSettled?.();
    },
  });

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const size = event.shiftKey ? BIG_STEP : 1;
    if (event.key === "ArrowUp") step(size);
    else if (event.key === "ArrowDown") step(-size);
    else if (event.key === "Enter") return settle();
    else if (event.key === "Escape") return cancel(event);
    else return;
    event.preventDefault();
  }

  function cancel(event: KeyboardEvent<HTMLInputElement>) {
    if (draft === null) return;
    event.stopPropagation();
    setDraft(null);
    onWrong?.(null);
    if (value !== before.current) onChange(before.current);
  }

  return (
    <span className={styles.box} data-invalid={props.isInvalid || undefined}>
      <input
        {...scrub}
        id={props.id}
        data-scrubs={hasExpression ? undefined : true}
        className={hasExpression ? `${styles.input} ${styles.formula}` : styles.input}
        type="text"
        inputMode={shape.isInteger && !takesExpressions ? "numeric" : undefined}
        autoComplete="off"
        spellCheck={false}
        aria-label={props.label}
        aria-invalid={props.isInvalid || undefined}
        aria-describedby={props.describedBy}
        placeholder={props.placeholder ?? (fallback === undefined ? undefined : String(fallback))}
        value={draft ?? (value === undefined ? "" : String(value))}
        onFocus={(event) => {
          before.current = value;
          event.currentTarget.select();
        }}
        onChange={(event) => write(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          if (props.onPasteText?.(event.clipboardData.getData("text"))) event.preventDefault();
        }}
      />
      {props.unit !== undefined && props.unit !== "" && !hasExpression && (
        <span className={styles.unit} aria-hidden>
          {props.unit}
        </span>
      )}
      {!hasExpression && !props.isCompact && (
        <span className={styles.steppers} aria-hidden>
          <button type="button" tabIndex={-1} onClick={() => step(1)} onBlur={onSettled}>
            <svg viewBox="0 0 8 5" width="8" height="5">
              <title>+</title>
              <path d="M0 5 4 0l4 5z" fill="currentColor" />
            </svg>
          </button>
          <button type="button" tabIndex={-1} onClick={() => step(-1)} onBlur={onSettled}>
            <svg viewBox="0 0 8 5" width="8" height="5">
              <title>-</title>
              <path d="m0 0 4 5 4-5z" fill="currentColor" />
            </svg>
          </button>
        </span>
      )}
    </span>
  );
}
