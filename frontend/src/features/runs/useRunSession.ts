import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { keys } from "@/api";
import { EMPTY_LIVE, type RunLive, RunSession } from "./runSession";

const subscribeNothing = () => () => {};
const getEmpty = () => EMPTY_LIVE;

/** The open stream of a run, and its snapshot; null before the first effect. */
export function useRunSession(id: string): { session: RunSession | null; live: RunLive } {
  const client = useQueryClient();
  const [session, setSession] = useState<RunSession | null>(null);
  useEffect(() => {
    const opened = new RunSession(id);
    setSession(opened);
    void opened.open();
    return () => opened.close();
  }, [id]);
  const live = useSyncExternalStore(session?.subscribe ?? subscribeNothing, session?.getSnapshot ?? getEmpty);
  const { changes } = live;
  useEffect(() => {
    if (changes === 0) return;
    void client.invalidateQueries({ queryKey: keys.run(id), exact: true });
    void client.invalidateQueries({ queryKey: keys.checkpoints(id) });
  }, [client, id, changes]);
  return { session, live };
}
