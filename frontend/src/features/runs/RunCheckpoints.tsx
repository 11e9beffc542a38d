import { Button, Group, Table } from "@mantine/core";
import { IconBrandPython, IconDownload } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { CheckpointRead, RunRead } from "@/api";
import { CheckpointExports } from "@/features/exports";
import { formatAgo, formatBytes, formatDate, formatExact, formatMetric, ReasonedButton } from "@/ui";
import { BranchButton } from "./BranchButton";
import { ContinueButton } from "./ContinueButton";
import classes from "./runs.module.css";

interface Props {
  run: RunRead;
  checkpoints: readonly CheckpointRead[];
  hasEnded: boolean;
  hasStarted: boolean;
}

/** Of the last ones that are kept, only the newest is the last. */
type Kind = CheckpointRead["kind"] | "earlier";

/** The best first, then from the newest back. */
function inOrder(checkpoints: readonly CheckpointRead[]): { checkpoint: CheckpointRead; kind: Kind }[] {
  const newest = checkpoints.filter(({ kind }) => kind === "last").sort((a, b) => b.step - a.step)[0];
  const kindOf = (checkpoint: CheckpointRead): Kind =>
    checkpoint.kind === "last" && checkpoint !== newest ? "earlier" : checkpoint.kind;
  return [...checkpoints]
    .sort((a, b) => Number(b.kind === "best") - Number(a.kind === "best") || b.step - a.step)
    .map((checkpoint) => ({ checkpoint, kind: kindOf(checkpoint) }));
}

/** What is one click away; all other formats stand in the menu beside it. */
const QUICK = "safetensors";

/** What can be taken home: checkpoints in every format, and the source that loads their weights. */
export const RunCheckpoints = memo(function RunCheckpoints({ run, checkpoints, hasEnded, hasStarted }: Props) {
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
            href={`/api/runs/${run.id}/source`}
            download={`run-${run.id}.py`}
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
      {run.reason === "early_stop" && run.training?.early_stopping?.restore_best_weights && (
        <p className={classes.hint}>{t("checkpoints.restored", { monitor: run.training.early_stopping.monitor })}</p>
      )}
      {run.training?.averaging != null && (
        <p className={classes.hint}>
          {t(run.training.averaging.type === "SWA" ? "checkpoints.averaged.SWA" : "checkpoints.averaged.EMA")}
        </p>
      )}
      <CameAlong origin={run.origin} checkpoints={checkpoints} />
      {checkpoints.length === 0 ? (
        <p className={classes.hint}>{t(hasEnded ? "checkpoints.none" : "checkpoints.empty")}</p>
      ) : (
        <Table.ScrollContainer minWidth={560} type="native">
          <Table verticalSpacing={6}>
            <Table.Thead className={classes.tight}>
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
              {inOrder(checkpoints).map(({ checkpoint, kind }) => (
                <Row key={checkpoint.id} run={run} checkpoint={checkpoint} kind={kind} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
});

/** Says which ones are of the run that this one was branched from. */
function CameAlong({ origin, checkpoints }: Pick<Props, "checkpoints"> & Pick<RunRead, "origin">) {
  const { t } = useTranslation("runs");
  if (origin?.mode !== "everything") return null;
  const early = checkpoints.filter(({ step }) => step <= origin.step);
  if (early.length === 0) return null;
  const words = early.some(({ kind }) => kind === "best") ? "checkpoints.cameAlongBest" : "checkpoints.cameAlong";
  return <p className={classes.hint}>{t(words, { step: formatExact(origin.step), name: origin.name })}</p>;
}

function Row({ run, checkpoint, kind }: { run: RunRead; checkpoint: CheckpointRead; kind: Kind }) {
  const { t } = useTranslation("runs");
  const title = t(`checkpoints.kinds.${kind}`);
  return (
    <Table.Tr data-testid={`checkpoint-${kind}`}>
      <Table.Td className={classes.tight} fw={kind === "best" ? 600 : undefined}>
        {title}
      </Table.Td>
      <Table.Td>{formatExact(checkpoint.step)}</Table.Td>
      <Table.Td>{formatExact(checkpoint.epoch)}</Table.Td>
      <Table.Td className={classes.metrics}>
        {Object.entries(checkpoint.metrics).map(([name, value]) => (
          <span key={name}>
            {name} <b>{formatMetric(value)}</b>
          </span>
        ))}
      </Table.Td>
      <Table.Td className={classes.tight} title={`SHA-256 ${checkpoint.sha256}`}>
        {formatBytes(checkpoint.bytes)}
      </Table.Td>
      <Table.Td className={classes.tight} title={formatDate(checkpoint.created)}>
        {formatAgo(checkpoint.created)}
      </Table.Td>
      <Table.Td>
        <div className={classes.takes}>
          <BranchButton run={run} checkpoint={checkpoint} kind={title.toLowerCase()} />
          <ContinueButton checkpoint={checkpoint} kind={title.toLowerCase()} />
          {checkpoint.is_available ? (
            <Button
              component="a"
              href={`/api/checkpoints/${checkpoint.id}/download?format=${QUICK}`}
              download
              variant="default"
              size="compact-xs"
              leftSection={<IconDownload size={13} aria-hidden />}
              aria-label={t("checkpoints.as", { kind: title.toLowerCase(), format: QUICK })}
              data-testid={`download-${kind}-${QUICK}`}
            >
              {QUICK}
            </Button>
          ) : (
            <ReasonedButton variant="default" size="compact-xs" reason={t("why.fileGone")}>
              {QUICK}
            </ReasonedButton>
          )}
          <CheckpointExports
            checkpointId={checkpoint.id}
            kind={title}
            reason={checkpoint.is_available ? null : t("why.fileGone")}
            testId={`formats-${kind}`}
          />
        </div>
      </Table.Td>
    </Table.Tr>
  );
}
