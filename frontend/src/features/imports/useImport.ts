import { useEffect, useState } from "react";
import { type ImportRead, sendFile } from "@/api";

export type ImportState =
  | { phase: "sending"; share: number }
  | { phase: "refused"; error: Error }
  | { phase: "done"; read: ImportRead };

/** Sends the file as soon as it is there; unmounting calls it off. */
export function useImport(file: File): ImportState {
  const [state, setState] = useState<ImportState>({ phase: "sending", share: 0 });
  useEffect(() => {
    const abort = new AbortController();
    setState({ phase: "sending", share: 0 });
    const path = `/api/imports?${new URLSearchParams({ filename: file.name })}`;
    const onProgress = (share: number) => setState({ phase: "sending", share });
    sendFile<ImportRead>({ method: "POST", path, file, onProgress, signal: abort.signal }).then(
      (read) => setState({ phase: "done", read }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState({ phase: "refused", error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return () => abort.abort();
  }, [file]);
  return state;
}
