/** What happened to a run until now, read page by page: its log, its attempts, its alerts. */

import type { EventList, RunEvent } from "@/api";

/** All that the log and the run's state tell of. Metrics come as thinned columns; the rest is only true while it is live. */
const STORY_TYPES: readonly RunEvent["type"][] = [
  "hello",
  "state",
  "log",
  "checkpoint",
  "change",
  "surface",
  "classes",
  "units",
  "alert",
  "end",
];
const PAGE_EVENTS = 10_000;

export interface EventQuery {
  after: number;
  limit: number;
  types: string;
}

/** The story up to `cursor`, whole and in order; what comes after it is left to the socket. */
export async function readStory(
  cursor: number,
  readPage: (query: EventQuery) => Promise<EventList>,
): Promise<RunEvent[]> {
  const story: RunEvent[] = [];
  let after = 0;
  while (after < cursor) {
    const page = await readPage({ after, limit: PAGE_EVENTS, types: STORY_TYPES.join(",") });
    for (const event of page.events) if ((event.cursor ?? 0) <= cursor) story.push(event);
    after = page.cursor;
    if (page.events.length < PAGE_EVENTS) break;
  }
  return story;
}
