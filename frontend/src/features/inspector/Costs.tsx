import { useTranslation } from "react-i18next";
import type { NodeReport, TensorShape } from "@/document";
import { formatBytes, formatCount, formatExact, formatMacs, formatShape } from "@/ui";
import styles from "./inspector.module.css";

/** What flows in and out of a node, and what it costs. */
export function Costs({ report, share }: { report: NodeReport; share: string | null }) {
  const { t } = useTranslation("inspector");
  // A node whose inputs do not fit gives nothing, and what it would cost is not known: no zeros.
  const isKnown = Object.keys(report.outputs ?? {}).length > 0;
  const isReached = isKnown || Object.keys(report.inputs ?? {}).length > 0;
  return (
    <div className={styles.section}>
      <h3>{t("flow")}</h3>
      {!isReached && <p className={styles.quiet}>{t("flowUnknown")}</p>}
      <dl className={styles.facts}>
        <Shapes label={t("in")} shapes={report.inputs} />
        <Shapes label={t("out")} shapes={report.outputs} />
        {isKnown && <Cost report={report} share={share} />}
      </dl>
    </div>
  );
}

function Cost({ report, share }: { report: NodeReport; share: string | null }) {
  const { t } = useTranslation("inspector");
  return (
    <>
      <dt>{t("parameters")}</dt>
      <dd title={formatExact(report.parameters)}>
        {share !== null && report.parameters === 0 ? t("countedAt", { id: share }) : formatCount(report.parameters)}
      </dd>
      {report.buffers > 0 && (
        <>
          <dt title={t("buffersHint")}>{t("buffers")}</dt>
          <dd title={formatExact(report.buffers)}>{formatCount(report.buffers)}</dd>
        </>
      )}
      <dt title={t("macsHint")}>{t("macs")}</dt>
      <dd title={formatExact(report.macs, "MAC")}>{formatMacs(report.macs)}</dd>
      <dt title={t("activationsHint")}>{t("activations")}</dt>
      <dd title={formatExact(report.activation_bytes, "B")}>{formatBytes(report.activation_bytes)}</dd>
    </>
  );
}

function Shapes({ label, shapes }: { label: string; shapes: Record<string, TensorShape> | undefined }) {
  const entries = Object.entries(shapes ?? {});
  if (entries.length === 0) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {entries.map(([port, { shape, dtype }]) => (
          <div key={port} title={`${port}: ${dtype}`}>
            {entries.length > 1 && <span className={styles.quiet}>{port} </span>}
            {formatShape(shape)}
            {dtype !== "float32" && <span className={styles.quiet}> {dtype}</span>}
          </div>
        ))}
      </dd>
    </>
  );
}
