import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { keys, type RunRead, type RunSummary } from "@/api";
import { openRunsLive } from "@/api/runsLive";
import { EMPTY_LIVE, type RunLive, RunSession } from "./runSession";

const subscribeNothing = () => () => {};
/** Short epochs change phase many times a second: the record is asked for less often than that. */
const ASK_AT_MOST_MS = 700;
const getEmpty = () => EMPTY_LIVE;

/** The open stream of a run, and its snapshot; null before the first effect. */
export function useRunSession(id: string): { session: RunSession | null; live: RunLive } {
  const client = useQueryClient();
  const [session, setSession] = useState<RunSession | null>(null);
  const { language } = useTranslation().i18n;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the worker said is told anew in another language
  useEffect(() => {
    const opened = new RunSession(id);
    setSession(opened);
    void opened.open();
    return () => opened.close();
  }, [id, language]);
  const live = useSyncExternalStore(session?.subscribe ?? subscribeNothing, session?.getSnapshot ?? getEmpty);
  const { changes } = live;
  const lastAsked = useRef(0);
  useEffect(() => {
    if (changes === 0) return;
    const wait = Math.max(0, lastAsked.current + ASK_AT_MOST_MS - performance.now());
    const timer = setTimeout(() => {
      lastAsked.current = performance.now();
      void client.invalidateQueries({ queryKey: keys.run(id), exact: true });
      void client.invalidateQueries({ queryKey: keys.checkpoints(id) });
    }, wait);
    return () => clearTimeout(timer);
  }, [client, id, changes]);
  // What the server decides by itself (a lost worker, a command taken) is no event of the worker: the row of the run tells.
  useEffect(() => {
    return openRunsLive({
      onItems: (changed) => {
        const row = changed.findLast((one) => one.id === id);
        const known = client.getQueryData<RunRead>(keys.run(id));
        if (row !== undefined && known !== undefined && isNews(row, known)) {
          void client.invalidateQueries({ queryKey: keys.run(id), exact: true });
        }
      },
    });
  }, [client, id]);
  return { session, live };
}

function isNews(row: RunSummary, known: RunSummary): boolean {
  return (
    row.state !== known.state ||
    row.reason !== known.reason ||
    row.attempt !== known.attempt ||
    row.commands_waiting.join() !== known.commands_waiting.join()
  );
}
