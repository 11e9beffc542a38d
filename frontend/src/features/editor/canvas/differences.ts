/** How what differs is told apart without colour: a sign on cards and wires, in the legend and in the list. */
import type { Difference } from "../canvasStore";

export const SIGNS: Record<Difference["change"], string> = {
  added: "+",
  removed: "\u2212",
  changed: "\u2260",
  within: "\u2260",
};

/** The colour of CSS that goes with it. */
export const DIFFERENCE_COLORS: Record<Difference["change"], string> = {
  added: "var(--nw-ok)",
  removed: "var(--nw-error)",
  changed: "var(--nw-warning)",
  within: "var(--nw-warning)",
};
