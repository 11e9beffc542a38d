import { Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { QueuedRun } from "@/api";
import { ReasonedIcon } from "@/ui";
import { useMoveInQueue } from "./queue";

/** One place up, one place down. */
export function MoveButtons({ run, count }: { run: QueuedRun; count: number }) {
  const { t } = useTranslation("control");
  const move = useMoveInQueue();
  const to = (place: number) => () => move.mutate({ id: run.id, place });
  return (
    <Group gap={2} wrap="nowrap">
      <ReasonedIcon
        label={t("queue.up", { name: run.name })}
        reason={run.place === 1 ? t("queue.isFirst") : null}
        onClick={to(run.place - 1)}
        size="sm"
        data-testid="queue-up"
      >
        <IconArrowUp size={15} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon
        label={t("queue.down", { name: run.name })}
        reason={run.place === count ? t("queue.isLast") : null}
        onClick={to(run.place + 1)}
        size="sm"
        data-testid="queue-down"
      >
        <IconArrowDown size={15} aria-hidden />
      </ReasonedIcon>
    </Group>
  );
}
