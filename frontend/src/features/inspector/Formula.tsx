import katex from "katex";
import { useLayoutEffect, useRef } from "react";
import styles from "./inspector.module.css";

/**
 * A formula from its LaTeX. MathML needs neither fonts nor styles of its own, and reads out well; what KaTeX cannot read is
 * shown as it is written.
 */
export function Formula({ latex }: { latex: string }) {
  const target = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (target.current === null) return;
    katex.render(latex, target.current, { output: "mathml", displayMode: true, throwOnError: false, strict: "ignore" });
  }, [latex]);
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a long formula scrolls, and what scrolls must be reachable by keyboard
  return <div ref={target} className={styles.formula} title={latex} tabIndex={0} />;
}
