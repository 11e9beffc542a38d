import { Button, Group, Table } from "@mantine/core";
import { IconBrandPython, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { CheckpointRead } from "@/api";
import { formatAgo, formatBytes, formatDate, formatExact, formatMetric, ReasonedButton } from "@/ui";
import classes from "./runs.module.css";

interface Props {
  runId: string;
  checkpoints: readonly CheckpointRead[];
  hasEnded: boolean;
  hasStarted: boolean;
}

const FORMATS = ["safetensors", "pytorch"] as const;

/** What can be taken home: weights in two formats, and the source that loads them. */
export function RunCheckpoints({ runId, checkpoints, hasEnded, hasStarted }: Props) {
  const { t } = useTranslation("runs");
  return (
    <section className={classes.panel} aria-labelledby="run-checkpoints" data-testid="run-checkpoints">
      <Group justify="space-between" mb="xs">
        <h2 id="run-checkpoints" className={classes.heading}>
          {t("checkpoints.title")}
        </h2>
        {hasStarted ? (
          <Button
            component="a"
            href={`/api/runs/${runId}/source`}
            download={`run-${runId}.py`}
            variant="default"
            leftSection={<IconBrandPython size={16} aria-hidden />}
            title={t("checkpoints.sourceHint")}
            data-testid="download-source"
          >
            {t("checkpoints.source")}
          </Button>
        ) : (
          <ReasonedButton variant="default" reason={t("why.noSource")}>
            {t("checkpoints.source")}
          </ReasonedButton>
        )}
      </Group>
      {checkpoints.length === 0 ? (
        <p className={classes.hint}>{t(hasEnded ? "checkpoints.none" : "checkpoints.empty")}</p>
      ) : (
        <Table.ScrollContainer minWidth={560} type="native">
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t("checkpoints.kind")}</Table.Th>
                <Table.Th scope="col">{t("progress.step")}</Table.Th>
                <Table.Th scope="col">{t("progress.epoch")}</Table.Th>
                <Table.Th scope="col">{t("checkpoints.metrics")}</Table.Th>
                <Table.Th scope="col">{t("checkpoints.size")}</Table.Th>
                <Table.Th scope="col">{t("checkpoints.saved")}</Table.Th>
                <Table.Th scope="col">{t("checkpoints.download")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {checkpoints.map((checkpoint) => (
                <Row key={checkpoint.id} checkpoint={checkpoint} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}

function Row({ checkpoint }: { checkpoint: CheckpointRead }) {
  const { t } = useTranslation("runs");
  const kind = t(`checkpoints.kinds.${checkpoint.kind}`);
  return (
    <Table.Tr data-testid={`checkpoint-${checkpoint.kind}`}>
      <Table.Td fw={checkpoint.kind === "best" ? 600 : undefined}>{kind}</Table.Td>
      <Table.Td>{formatExact(checkpoint.step)}</Table.Td>
      <Table.Td>{formatExact(checkpoint.epoch)}</Table.Td>
      <Table.Td className={classes.metrics}>
        {Object.entries(checkpoint.metrics).map(([name, value]) => (
          <span key={name}>
            {name} <b>{formatMetric(value)}</b>
          </span>
        ))}
      </Table.Td>
      <Table.Td title={`SHA-256 ${checkpoint.sha256}`}>{formatBytes(checkpoint.bytes)}</Table.Td>
      <Table.Td title={formatDate(checkpoint.created)}>{formatAgo(checkpoint.created)}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          {FORMATS.map((format) => {
            const name = t(`checkpoints.${format}`);
            return checkpoint.is_available ? (
              <Button
                key={format}
                component="a"
                href={`/api/checkpoints/${checkpoint.id}/download?format=${format}`}
                download
                variant="default"
                size="compact-xs"
                leftSection={<IconDownload size={13} aria-hidden />}
                aria-label={t("checkpoints.as", { kind: kind.toLowerCase(), format: name })}
                data-testid={`download-${checkpoint.kind}-${format}`}
              >
                {name}
              </Button>
            ) : (
              <ReasonedButton key={format} variant="default" size="compact-xs" reason={t("why.fileGone")}>
                {name}
              </ReasonedButton>
            );
          })}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
