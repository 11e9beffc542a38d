import { type KeyboardEvent, useRef, useState } from "react";
import styles from "./InlineEdit.module.css";

interface InlineEditProps {
  value: string;
  label: string;
  maxLength?: number;
  isMono?: boolean;
  /** Why the text cannot be taken, or null. Without it only an empty text is refused. */
  problemOf?: (text: string) => string | null;
  onChange: (text: string) => void;
}

/**
 * A text that is edited where it stands: Enter or leaving takes it, Escape brings the old one back. One that cannot be taken is
 * kept by Enter, to be mended, and dropped by leaving.
 */
export function InlineEdit({ value, label, maxLength = 200, isMono = false, problemOf, onChange }: InlineEditProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const isCancelled = useRef(false);
  const text = (draft ?? value).trim();
  const problem = draft === null || text === value ? null : (problemOf?.(text) ?? null);

  function finish() {
    setDraft(null);
    if (isCancelled.current || draft === null) return;
    if (text !== "" && text !== value && problem === null) onChange(text);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    // What cannot be taken stays to be mended, with the reason beside it.
    if (event.key === "Enter" && problem !== null) return;
    isCancelled.current = event.key === "Escape";
    event.currentTarget.blur();
  }

  return (
    <span className={styles.root}>
      <input
        className={isMono ? `${styles.input} ${styles.mono}` : styles.input}
        aria-label={label}
        aria-invalid={problem !== null || undefined}
        title={draft === null ? value : undefined}
        value={draft ?? value}
        maxLength={maxLength}
        autoComplete="off"
        spellCheck={false}
        onFocus={(event) => {
          isCancelled.current = false;
          setDraft(value);
          event.currentTarget.select();
        }}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={finish}
        onKeyDown={onKeyDown}
      />
      <span className={styles.problem} role="status">
        {problem}
      </span>
    </span>
  );
}
