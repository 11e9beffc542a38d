import { type PropsWithChildren, useEffect, useState } from "react";

const DEFAULT_DELAY_MS = 300;

/** Shows its children only after a wait, so that what comes quickly never flickers. */
export function Delayed({ delay = DEFAULT_DELAY_MS, children }: PropsWithChildren<{ delay?: number }>) {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), delay);
    return () => clearTimeout(timer);
  }, [delay]);
  return isDue ? children : null;
}
