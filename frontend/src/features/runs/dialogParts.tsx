import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api";
import { NumberBox, type NumberBoxProps } from "@/ui";
import classes from "./control.module.css";

type NumberRowProps = NumberBoxProps & { id: string; note?: string };

/** A number of a run with its name above it. */
export function NumberRow({ note, ...box }: NumberRowProps) {
  return (
    <div className={classes.number}>
      <label htmlFor={box.id}>{box.label}</label>
      <NumberBox {...box} />
      {note !== undefined && <p className={classes.note}>{note}</p>}
    </div>
  );
}

interface DialogEndProps {
  /** Why the last try failed. */
  error: Error | null;
  onCancel: () => void;
  /** The button that does it. */
  children: ReactNode;
}

/** What stands at the end of every form about a run. */
export function DialogEnd({ error, onCancel, children }: DialogEndProps) {
  const { t } = useTranslation("control");
  return (
    <>
      {error !== null && (
        <p className={classes.error} role="alert">
          {sentenceOf(error)}
        </p>
      )}
      <div className={classes.actions}>
        <Button variant="default" onClick={onCancel}>
          {t("cancel")}
        </Button>
        {children}
      </div>
    </>
  );
}
