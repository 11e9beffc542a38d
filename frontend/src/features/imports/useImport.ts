import { useEffect, useState } from "react";
import { api, type ImportRead, type NetworkRead, sendFile, unwrap } from "@/api";
import { isDocumentFile, readDocumentFile } from "./documentFile";

export type ImportState =
  | { phase: "sending"; share: number }
  | { phase: "refused"; error: unknown }
  /** A Netwright document is a network as it stands: there is nothing to report. */
  | { phase: "opened"; network: string }
  | { phase: "done"; read: ImportRead };

/** Sends the file as soon as it is there; unmounting calls it off. */
export function useImport(file: File): ImportState {
  const [state, setState] = useState<ImportState>({ phase: "sending", share: 0 });
  useEffect(() => {
    const abort = new AbortController();
    setState({ phase: "sending", share: 0 });
    const onProgress = (share: number) => setState({ phase: "sending", share });
    const taken = isDocumentFile(file) ? takeDocument(file, abort.signal) : takeForeign(file, onProgress, abort.signal);
    taken.then(
      (next) => !abort.signal.aborted && setState(next),
      (error: unknown) => !abort.signal.aborted && setState({ phase: "refused", error }),
    );
    return () => abort.abort();
  }, [file]);
  return state;
}

async function takeDocument(file: File, signal: AbortSignal): Promise<ImportState> {
  const document = await readDocumentFile(file);
  const { id } = await unwrap<NetworkRead>(api.POST("/api/networks", { body: { document }, signal }));
  return { phase: "opened", network: id };
}

async function takeForeign(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<ImportState> {
  const path = `/api/imports?${new URLSearchParams({ filename: file.name })}`;
  return { phase: "done", read: await sendFile<ImportRead>({ method: "POST", path, file, onProgress, signal }) };
}
