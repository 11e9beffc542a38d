import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRead } from "@/api";
import { Sentence } from "@/ui";
import { AgainButton } from "./AgainButton";
import type { AlertEvent } from "./runSession";
import classes from "./runs.module.css";

/** What the trainer must tell a person; where it names a node, the way to it. */
export function RunAlerts({ alerts, run }: { alerts: readonly AlertEvent[]; run: RunRead }) {
  const { t } = useTranslation("runs");
  const networkId = run.network_id;
  if (alerts.length === 0) return null;
  return (
    <section className={classes.alerts} aria-label={t("alerts.title")} role="alert" data-testid="run-alerts">
      {alerts.map((alert) => (
        <p key={`${alert.attempt}-${alert.seq}`} data-level={alert.level ?? "error"}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>
            <Sentence text={alert.message} />{" "}
            {alert.node && networkId !== null && (
              <Link to={editorAddress(networkId, alert.node)}>{t("alerts.node", { node: alert.node })}</Link>
            )}
            {alert.code === "out_of_memory" && <AgainButton run={run} fits={alert.values?.fits} />}
          </span>
        </p>
      ))}
    </section>
  );
}

/**
 * Where the editor shows a node: `stage.0.conv` is `conv` in the block behind `stage`. Which repetition it was, the editor
 * does not tell apart.
 */
export function editorAddress(networkId: string, path: string): string {
  const names = path.split(".").filter((name) => !/^\d+$/.test(name));
  const node = names.pop() ?? "";
  const params = new URLSearchParams(names.length === 0 ? { node } : { block: names.join("."), node });
  return `/networks/${networkId}?${params}`;
}
