import { NativeSelect, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { QueueRead } from "@/api";
import { formatExact } from "@/ui";
import classes from "./control.module.css";
import { Holders } from "./Holders";
import { MoveButtons } from "./MoveButtons";
import { queueQuery, useMoveInQueue, useSetSlots } from "./queue";
import panels from "./runs.module.css";

const PRIORITIES = { high: 1, normal: 0, low: -1 } as const;
const MAX_SLOTS = 8;

/** The runs that wait, in their order, and how many a device trains at once. Nothing where none waits. */
export function QueuePanel() {
  const { t } = useTranslation("control");
  const { data: queue } = useQuery(queueQuery);
  if (queue === undefined || queue.waiting.length === 0) return null;
  return (
    <section className={`${panels.panel} ${classes.queue}`} aria-labelledby="queue-title" data-testid="queue">
      <header>
        <h2 id="queue-title" className={panels.heading}>
          {t("queue.title")}
        </h2>
        {queue.devices
          .filter(({ device }) => queue.waiting.some((run) => run.device === device))
          .map((device) => (
            <Slots key={device.device} {...device} />
          ))}
      </header>
      {queue.devices
        .filter(({ device }) => queue.waiting.some((run) => run.device === device))
        .map(({ device, paused }) => (
          <Holders key={device} device={device} paused={paused} />
        ))}
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("queue.column.place")}</Table.Th>
            <Table.Th scope="col">{t("queue.column.run")}</Table.Th>
            <Table.Th scope="col">{t("queue.column.device")}</Table.Th>
            <Table.Th scope="col">{t("queue.column.priority")}</Table.Th>
            <Table.Th scope="col">{t("queue.column.move")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queue.waiting.map((run) => (
            <Row key={run.id} run={run} queue={queue} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Row({ run, queue }: { run: QueueRead["waiting"][number]; queue: QueueRead }) {
  const { t } = useTranslation("control");
  const move = useMoveInQueue();
  return (
    <Table.Tr data-testid="queue-row">
      <Table.Td>{formatExact(run.place)}</Table.Td>
      <Table.Td>
        <Link to={`/runs/${run.id}`}>{run.name}</Link>
      </Table.Td>
      <Table.Td>{run.device}</Table.Td>
      <Table.Td>
        <NativeSelect
          size="xs"
          w={110}
          aria-label={t("queue.priorityOf", { name: run.name })}
          value={String(run.priority)}
          data={Object.entries(PRIORITIES).map(([name, each]) => ({
            value: String(each),
            label: t(`queue.priority.${name}`),
          }))}
          onChange={(event) => move.mutate({ id: run.id, priority: Number(event.currentTarget.value) })}
        />
      </Table.Td>
      <Table.Td>
        <MoveButtons run={run} count={queue.waiting.filter(({ device }) => device === run.device).length} />
      </Table.Td>
    </Table.Tr>
  );
}

function Slots({ device, slots, num_running: running }: QueueRead["devices"][number]) {
  const { t } = useTranslation("control");
  const set = useSetSlots();
  const numbers = Array.from({ length: Math.max(MAX_SLOTS, slots) }, (_, index) => index + 1);
  return (
    <div className={classes.slots}>
      <label htmlFor={`slots-${device}`}>{t("queue.slots", { device, running })}</label>
      <NativeSelect
        id={`slots-${device}`}
        size="xs"
        w={64}
        value={String(slots)}
        data={numbers.map(String)}
        onChange={(event) => set.mutate({ device, slots: Number(event.currentTarget.value) })}
      />
    </div>
  );
}
