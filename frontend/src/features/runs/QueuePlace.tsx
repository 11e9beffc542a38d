import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { formatExact } from "@/ui";
import classes from "./control.module.css";
import { Holders } from "./Holders";
import { MoveButtons } from "./MoveButtons";
import { queueQuery } from "./queue";

/** Where a run stands that waits. */
export function QueuePlace({ run }: { run: RunRead }) {
  const { t } = useTranslation("control");
  const { data } = useQuery({ ...queueQuery, enabled: run.state === "queued" });
  const queued = data?.waiting.find(({ id }) => id === run.id);
  if (run.state !== "queued" || queued === undefined) return null;
  const holders = data?.devices.find(({ device }) => device === queued.device)?.paused ?? [];
  const count = data?.waiting.filter(({ device }) => device === queued.device).length ?? 0;
  return (
    <>
      <div className={classes.origin} data-testid="queue-place">
        <span>
          {t("queue.place", { place: formatExact(queued.place), count: formatExact(count), device: queued.device })}
        </span>
        <MoveButtons run={queued} count={count} />
      </div>
      <Holders device={queued.device} paused={holders} />
    </>
  );
}
