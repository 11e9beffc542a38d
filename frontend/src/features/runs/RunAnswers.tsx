import { lazy, Suspense } from "react";
import { loadPart } from "@/api";
import type { RunLive, RunSession } from "./runSession";

const Baseline = lazy(() => loadPart(async () => ({ default: (await import("./RunBaseline")).RunBaseline })));
const Classes = lazy(() => loadPart(async () => ({ default: (await import("./RunClasses")).RunClasses })));

/** How good the answers are: beside the naive one, and class by class. */
export function RunAnswers({ session, live }: { session: RunSession; live: RunLive }) {
  const hello = live.attempts.at(-1);
  const hasBaseline = Object.keys(hello?.baseline ?? {}).length > 0;
  return (
    <Suspense fallback={null}>
      {hello !== undefined && hasBaseline && <Baseline hello={hello} store={session.metrics} />}
      {live.classTables.length > 0 && <Classes tables={live.classTables} />}
    </Suspense>
  );
}
