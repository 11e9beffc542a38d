import type { ClassesEvent } from "@/features/runs/runSession";

/** The answers of one epoch, class by class. */
export function classesEvent(
  epoch: number,
  is_best: boolean,
  { classes, confusion }: Pick<ClassesEvent, "classes" | "confusion">,
): ClassesEvent {
  return {
    type: "classes",
    run: "r",
    attempt: 1,
    seq: epoch,
    time: 0,
    elapsed: 0,
    step: epoch,
    are_numbers: false,
    epoch,
    is_best,
    classes,
    confusion,
  };
}
