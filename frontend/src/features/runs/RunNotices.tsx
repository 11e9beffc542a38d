import { useRunNews } from "./useRunNews";

/** Tells of the ends of runs and of what they warn of through the browser, whatever page is open. Draws nothing. */
export function RunNotices() {
  useRunNews(({ runId, title, body }) => new Notification(title, { body, tag: runId, icon: "/favicon.svg" }));
  return null;
}
