import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CurvesImported, isApiProblem, keys, sendFile } from "@/api";
import { notifyDone } from "@/ui";

export interface CurvesImport {
  /** The file that is taken in, and which share of it has been sent: 1 while the server reads it. */
  busy: { file: string; share: number } | null;
  /** What was wrong with which file; stays until it is dismissed. */
  faults: readonly { file: string; message: string }[];
  take: (files: readonly File[]) => Promise<void>;
  dismiss: () => void;
  /** Calls off what is being sent or read, and the files after it. */
  cancel: () => void;
}

/** Takes files of curves in, one after the other: each whole or not at all. */
export function useCurvesImport(): CurvesImport {
  const { t } = useTranslation("desk");
  const client = useQueryClient();
  const [busy, setBusy] = useState<CurvesImport["busy"]>(null);
  const abort = useRef<AbortController | null>(null);
  const [faults, setFaults] = useState<CurvesImport["faults"]>([]);

  const take = async (files: readonly File[]) => {
    if (abort.current !== null) return;
    abort.current = new AbortController();
    const { signal } = abort.current;
    setFaults([]);
    let count = 0;
    for (const file of files) {
      if (signal.aborted) break;
      const onProgress = (share: number) => setBusy({ file: file.name, share });
      onProgress(0);
      const path = `/api/curves?${new URLSearchParams({ filename: file.name })}`;
      try {
        const options = { method: "POST", path, file, onProgress, signal } as const;
        count += (await sendFile<CurvesImported>(options)).runs.length;
      } catch (error) {
        if (signal.aborted) break;
        const problem = isApiProblem(error) ? error.problems[0]?.message : undefined;
        const message = problem ?? (error instanceof Error ? error.message : String(error));
        setFaults((before) => [...before, { file: file.name, message }]);
      }
    }
    abort.current = null;
    setBusy(null);
    if (count === 0) return;
    notifyDone(t("curves.imported", { count }));
    await client.invalidateQueries({ queryKey: keys.runs() });
  };
  return { busy, faults, take, dismiss: () => setFaults([]), cancel: () => abort.current?.abort() };
}
