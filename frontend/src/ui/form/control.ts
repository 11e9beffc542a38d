import type { FormField } from "./schema";

/** What every control of a form is given. */
export interface ControlProps {
  field: FormField;
  /** The stored value; undefined where nothing is set and the default holds. */
  value: unknown;
  id: string;
  describedBy: string | undefined;
  isInvalid: boolean;
  /** The names that an expression may use; undefined where expressions are not allowed. */
  names: readonly string[] | undefined;
  /** Shown in place of a value where several things with different values are edited at once. */
  placeholder?: string | undefined;
  onChange: (value: unknown) => void;
  onSettled: () => void;
  onWrong: (reason: "notANumber" | "notWhole" | null) => void;
}

export function toNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function toNumberValue(value: unknown): number | string | undefined {
  return typeof value === "number" || typeof value === "string" ? value : undefined;
}

/** What is stored when a field is emptied: its default, or null where that is a value and the default is another. */
export function emptied({ isNullable, default: held }: FormField): null | undefined {
  return isNullable && held !== null && held !== undefined ? null : undefined;
}

/** Numbers of a list as words: `3 x 32 x 32` for whole ones, which are sizes; `0.9, 0.999` for others. */
export function joinItems(items: readonly unknown[]): string {
  return items.join(items.every(Number.isInteger) ? " x " : ", ");
}
