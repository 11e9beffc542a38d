/** Where a person is in the tour. It is offered until it was skipped or finished once in this browser. */
import { createStore } from "zustand/vanilla";
import { keep, readKept } from "@/ui";

const OVER = "netwright-tour";
export const NUM_STEPS = 4;

export interface TourState {
  /** 1 to 4; null while the tour is not on its way. */
  step: number | null;
  isOver: boolean;
}

export const tour = createStore<TourState>()(() => ({ step: null, isOver: readKept(OVER) !== null }));

export function goToStep(step: number): void {
  tour.setState({ step });
}

/** Skipped or finished: it comes again only when it is asked for. */
export function endTour(): void {
  tour.setState({ step: null, isOver: true });
  keep(OVER, "over");
}
