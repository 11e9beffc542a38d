import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type DatasetRead, isApiProblem, keys, sendFile } from "@/api";
import { useKeepDataset } from "./queries";
import { goesInParts, sendInParts } from "./sendInParts";

export interface Sending {
  key: number;
  name: string;
  /** Null where that is not known: a folder's. */
  bytes: number | null;
  /** The share that has been sent; 1: the server reads it. */
  share: number;
  error: Error | null;
  /** What broke off on its way and can go on where it was. */
  rest: File | null;
}

let nextKey = 1;

/** Files on their way, one after the other; those that failed stay until they are dismissed. */
export function useSending() {
  const keep = useKeepDataset();
  const client = useQueryClient();
  const [files, setFiles] = useState<readonly Sending[]>([]);
  const aborts = useRef(new Map<number, AbortController>());

  useEffect(() => {
    const open = aborts.current;
    return () => {
      for (const abort of open.values()) abort.abort();
    };
  }, []);

  const change = useCallback((key: number, part: Partial<Sending>) => {
    setFiles((before) => before.map((file) => (file.key === key ? { ...file, ...part } : file)));
  }, []);

  const dismiss = useCallback((key: number) => {
    aborts.current.get(key)?.abort();
    setFiles((before) => before.filter((file) => file.key !== key));
  }, []);

  /** The set made of the file, or null where that failed or was cancelled; a failure is shown. */
  const send = async (file: File, method: "POST" | "PUT", path: string): Promise<DatasetRead | null> => {
    const key = nextKey++;
    const isInParts = method === "POST" && goesInParts(file);
    const abort = new AbortController();
    aborts.current.set(key, abort);
    setFiles((before) => [...before, { key, name: file.name, bytes: file.size, share: 0, error: null, rest: null }]);
    try {
      const onProgress = (share: number) => change(key, { share });
      const dataset = isInParts
        ? await sendInParts(file, onProgress, abort.signal)
        : await sendFile<DatasetRead>({ method, path, file, onProgress, signal: abort.signal });
      keep(dataset);
      setFiles((before) => before.filter((one) => one.key !== key));
      return dataset;
    } catch (error) {
      if (!abort.signal.aborted) {
        const rest = isInParts && isApiProblem(error) && error.isOffline ? file : null;
        change(key, { error: error instanceof Error ? error : new Error(String(error)), rest });
      }
      return null;
    } finally {
      if (isInParts) void client.invalidateQueries({ queryKey: keys.uploads });
      aborts.current.delete(key);
    }
  };

  /** Says why something that was dropped is not sent. */
  const refuse = useCallback((name: string, why: string) => {
    const refused = { key: nextKey++, name, bytes: null, share: 0, error: new Error(why), rest: null };
    setFiles((before) => [...before, refused]);
  }, []);

  return { files, send, refuse, dismiss };
}
