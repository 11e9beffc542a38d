import { useEffect, useState } from "react";

/** A worker reports each second, whatever its training does; on a busy machine it may miss some. */
export const SILENT_MS = 30_000;

/**
 * Whether nothing has come from the worker for so long that it can be told: `cursor` is that of its newest report, and
 * `isExpected` whether it should report and the line to the server is alive.
 */
export function useSilence(cursor: number, isExpected: boolean): boolean {
  const [silentSince, setSilentSince] = useState<number | null>(null);
  useEffect(() => {
    if (!isExpected) return;
    const timer = setTimeout(() => setSilentSince(cursor), SILENT_MS);
    return () => clearTimeout(timer);
  }, [cursor, isExpected]);
  return isExpected && silentSince === cursor;
}
