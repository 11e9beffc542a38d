import { type ReactNode, useState } from "react";
import classes from "./training.module.css";

interface Props {
  title: string;
  /** What is set within, in a few words; shown while it is closed. */
  summary: string;
  /** Whether something within differs from what holds by itself: then it begins open. */
  isUsed: boolean;
  testId?: string;
  children: ReactNode;
}

/** Settings that few need, behind one line. */
export function Disclosure({ title, summary, isUsed, testId, children }: Props) {
  const [isOpen, setOpen] = useState(isUsed);
  return (
    <details
      className={classes.disclosure}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid={testId}
    >
      <summary>
        <span>{title}</span>
        {!isOpen && <span className={classes.summary}>{summary}</span>}
      </summary>
      {isOpen && <div className={classes.disclosed}>{children}</div>}
    </details>
  );
}
