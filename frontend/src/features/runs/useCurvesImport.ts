import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type CurvesImported, isApiProblem, keys, sendFile } from "@/api";
import { notifyDone } from "@/ui";

export interface CurvesImport {
  isBusy: boolean;
  /** What was wrong with which file; stays until it is dismissed. */
  faults: readonly { file: string; message: string }[];
  take: (files: readonly File[]) => Promise<void>;
  dismiss: () => void;
}

/** Takes files of curves in, one after the other: each whole or not at all. */
export function useCurvesImport(): CurvesImport {
  const { t } = useTranslation("desk");
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [faults, setFaults] = useState<CurvesImport["faults"]>([]);

  const take = async (files: readonly File[]) => {
    setBusy(true);
    setFaults([]);
    let count = 0;
    for (const file of files) {
      const path = `/api/curves?${new URLSearchParams({ filename: file.name })}`;
      try {
        const options = {
          method: "POST",
          path,
          file,
          onProgress: () => {},
          signal: new AbortController().signal,
        } as const;
        count += (await sendFile<CurvesImported>(options)).runs.length;
      } catch (error) {
        const problem = isApiProblem(error) ? error.problems[0]?.message : undefined;
        const message = problem ?? (error instanceof Error ? error.message : String(error));
        setFaults((before) => [...before, { file: file.name, message }]);
      }
    }
    setBusy(false);
    if (count === 0) return;
    notifyDone(t("curves.imported", { count }));
    await client.invalidateQueries({ queryKey: keys.runs() });
  };
  return { isBusy, faults, take, dismiss: () => setFaults([]) };
}
