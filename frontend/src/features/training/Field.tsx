import { CloseButton } from "@mantine/core";
import { type ReactNode, useId } from "react";
import type { Problem } from "@/api";
import { Said } from "./Said";
import classes from "./training.module.css";

interface Props {
  label: string;
  /** A sentence that explains, or why this value is suggested. */
  hint?: string | undefined;
  problems?: readonly Problem[] | undefined;
  children: (props: { id: string; describedBy: string; isInvalid: boolean }) => ReactNode;
}

/** A labelled control with its hint and its problems below. */
export function Field({ label, hint, problems = [], children }: Props) {
  const id = useId();
  const describedBy = `${id}-about`;
  return (
    <div className={classes.field}>
      <label htmlFor={id}>{label}</label>
      <div className={classes.control}>
        {children({ id, describedBy, isInvalid: problems.some(({ severity }) => severity === "error") })}
      </div>
      <div id={describedBy} className={classes.below} aria-live="polite">
        {hint !== undefined && <p>{hint}</p>}
        <Said problems={problems} />
      </div>
    </div>
  );
}

/** A part of the form under its own heading. */
export function Section({ title, hint, children }: { title: string; hint?: string | undefined; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      {children}
    </section>
  );
}

interface ItemProps {
  title: string;
  removeLabel: string;
  onRemove: () => void;
  children: ReactNode;
}

/** One of a list of settings that a person makes as long as wanted. */
export function Item({ title, removeLabel, onRemove, children }: ItemProps) {
  return (
    <fieldset className={classes.item}>
      <legend>{title}</legend>
      <CloseButton
        size="xs"
        className={classes.remove}
        aria-label={removeLabel}
        title={removeLabel}
        onClick={onRemove}
      />
      {children}
    </fieldset>
  );
}
