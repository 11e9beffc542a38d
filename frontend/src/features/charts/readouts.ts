/** What a chart says beside its picture, told to whoever shows it; changes some times a second. */

import { useSyncExternalStore } from "react";
import { NO_READOUT, type Readout } from "./plot";

export interface Readouts {
  get: () => Readout;
  set: (readout: Readout) => void;
  subscribe: (listener: () => void) => () => void;
}

export function createReadouts(): Readouts {
  let current = NO_READOUT;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (readout) => {
      current = readout;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** One part of the readout; renders again only when that part is another value. */
export function useReadout<T>(readouts: Readouts, select: (readout: Readout) => T): T {
  return useSyncExternalStore(readouts.subscribe, () => select(readouts.get()));
}
