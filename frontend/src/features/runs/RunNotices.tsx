import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RunState, RunSummary } from "@/api";
import { openRunsLive } from "@/api/runsLive";
import { endsOf, warningsOf } from "./runEnds";
import { runWords } from "./runWords";

const TITLES = {
  completed: "notify.completed",
  stopped: "notify.stopped",
  failed: "notify.failed",
  lost: "notify.lost",
} as const;

/** Tells of the ends of runs and of what they warn of through the browser, whatever page is open. Draws nothing. */
export function RunNotices() {
  const { t, i18n } = useTranslation("control");
  const { t: say } = useTranslation("runs");
  const states = useRef(new Map<string, RunState>());
  const told = useRef(new Map<string, string | null>());
  const { language } = i18n;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the socket is opened anew for another language
  useEffect(() => {
    const show = (run: RunSummary, title: string, body: string) =>
      new Notification(title, { body, tag: run.id, icon: "/favicon.svg" });
    const tell = (run: RunSummary, state: keyof typeof TITLES) => {
      const body = run.message === null ? say(runWords(run).sentence) : run.message;
      show(run, t(TITLES[state], { name: run.name }), body);
    };
    return openRunsLive({
      onItems: (changed) => {
        for (const run of warningsOf(told.current, changed)) {
          show(run, t("notify.warning", { name: run.name }), run.warning ?? "");
        }
        for (const [run, state] of endsOf(states.current, changed)) tell(run, state);
      },
      onReconnected: () => undefined,
    });
  }, [language]);
  return null;
}
