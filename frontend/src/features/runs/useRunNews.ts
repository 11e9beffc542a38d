import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { connection } from "@/api";
import { openRunsLive } from "@/api/runsLive";
import { newsOf, type RunNews, type Seens } from "./runEnds";
import { runWords } from "./runWords";

const TITLES = {
  completed: "notify.completed",
  stopped: "notify.stopped",
  failed: "notify.failed",
  lost: "notify.lost",
} as const;

export interface ToldNews {
  runId: string;
  /** What happened to which run. */
  title: string;
  /** Why, or what it warns of. */
  body: string;
}

/** Calls `tell` with each end of a run and each warning that comes while the component is there, in the page's words. */
export function useRunNews(tell: (news: ToldNews) => void): void {
  const { t, i18n } = useTranslation("control");
  const { t: say } = useTranslation("runs");
  const seen = useRef<Seens>(new Map());
  const since = useRef(connection.serverTime());
  const { language } = i18n;
  const toTell = useRef(tell);
  useEffect(() => {
    toTell.current = tell;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the socket is opened anew for another language
  useEffect(() => {
    const wordsOf = (news: RunNews): ToldNews => {
      const { run } = news;
      if ("warning" in news) {
        return { runId: run.id, title: t("notify.warning", { name: run.name }), body: news.warning };
      }
      const body = run.message === null ? say(runWords(run).sentence) : run.message;
      return { runId: run.id, title: t(TITLES[news.end], { name: run.name }), body };
    };
    return openRunsLive({
      onItems: (changed) => {
        for (const news of newsOf(seen.current, changed, since.current)) toTell.current(wordsOf(news));
      },
      onReconnected: () => undefined,
    });
  }, [language]);
}
