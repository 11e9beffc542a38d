import type { RunRead } from "@/api";
import { RunBaseline } from "./RunBaseline";
import { RunClasses } from "./RunClasses";
import { RunUnits } from "./RunUnits";
import type { RunLive, RunSession } from "./runSession";
import { isFinal } from "./runWords";

interface Props {
  session: RunSession;
  live: RunLive;
  origin: RunRead["origin"];
}

/** How good the answers are: beside the naive one, and class by class; and what holds learning up inside. */
export function RunAnswers({ session, live, origin }: Props) {
  // Not fetched when first needed: they would push what stands below them out from under the pointer a moment later.
  const hello = live.attempts.at(-1);
  const hasBaseline = Object.keys(hello?.baseline ?? {}).length > 0;
  return (
    <>
      {hello !== undefined && hasBaseline && (
        <RunBaseline hello={hello} store={session.metrics} hasEnded={live.state !== null && isFinal(live.state)} />
      )}
      {live.classTables.length > 0 && <RunClasses tables={live.classTables} origin={origin} />}
      {live.units.length > 0 && <RunUnits events={live.units} />}
    </>
  );
}
