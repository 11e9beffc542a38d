import type { NumberShape } from "@/ui";

/** A number of epochs as the server takes it. */
export const EPOCHS: NumberShape = {
  kind: "number",
  isInteger: true,
  min: 1,
  max: 1_000_000,
  isMinOpen: false,
  isMaxOpen: false,
};
