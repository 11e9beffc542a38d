import { Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { countFrozen, frozenOf } from "@/document";
import { useEditor } from "@/features/editor";
import { formatBytes, formatCount, formatExact, formatMacs } from "@/ui";
import styles from "./totals.module.css";

/** What the whole network costs, in the bar; the exact values on hover and focus, those of each layer with a click. */
export function Totals({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }) {
  const { t } = useTranslation("totals");
  const totals = useEditor((state) => state.report?.totals ?? null);
  const isStale = useEditor((state) => state.checking === "slow" || state.checking === "failed");
  const isComplete = useEditor((state) => state.report?.ok === true);
  const report = useEditor((state) => state.report);
  const frozen = useEditor((state) => state.document.training?.frozen);
  const numFrozen = useEditor((state) =>
    state.report === null || frozen === undefined ? 0 : countFrozen(state.report, frozenOf(state.document)),
  );
  if (totals === null || report === null) return null;
  const trained = totals.parameters - numFrozen;
  // Where an error is so early that nothing could be computed, zeros would be a lie.
  const isKnown = isComplete || totals.parameters > 0 || totals.macs > 0;
  if (!isKnown) return <span className={styles.unknown}>{t("unknown")}</span>;
  const details: [string, string][] = [
    [t("parameters"), formatExact(totals.parameters)],
    ...(numFrozen > 0
      ? ([
          [t("trainedNow"), formatExact(trained)],
          [t("frozen"), formatExact(numFrozen)],
        ] satisfies [string, string][])
      : []),
    [t("buffers"), formatExact(totals.buffers)],
    [t("macs"), formatExact(totals.macs)],
    [t("parameterBytes"), formatExact(totals.parameter_bytes, "B")],
    [t("activationBytes"), formatExact(totals.activation_bytes, "B")],
    [t("trainingBytes", { count: totals.batch_size }), formatExact(totals.training_bytes, "B")],
  ];
  return (
    <Tooltip
      events={{ hover: true, focus: true, touch: true }}
      label={
        <>
          {!isComplete && <p className={styles.partial}>{t("partial")}</p>}
          <dl className={styles.details}>
            {details.map(([name, value]) => (
              <div key={name} className={styles.detail}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      }
    >
      <UnstyledButton
        className={styles.root}
        data-stale={isStale || undefined}
        aria-expanded={isOpen}
        onClick={onToggle}
      >
        <VisuallyHidden>{t("title")}</VisuallyHidden>
        <span>
          {t("params", { number: formatCount(totals.parameters) })}
          {numFrozen > 0 && <>, {t("trained", { number: formatCount(trained) })}</>}
        </span>
        <span>{formatMacs(totals.macs)}</span>
        <span>{formatBytes(totals.parameter_bytes)}</span>
      </UnstyledButton>
    </Tooltip>
  );
}
