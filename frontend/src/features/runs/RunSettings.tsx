import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { breakable, formatBytes, formatCount, formatDate, formatExact, formatMacs } from "@/ui";
import { flattenConfig } from "./flattenConfig";
import type { HelloEvent } from "./runSession";
import classes from "./runs.module.css";

/** Everything the run was made of, as it was when it started. */
export function RunSettings({ run, attempts }: { run: RunRead; attempts: readonly HelloEvent[] }) {
  const { t } = useTranslation("runs");
  const notes = attempts.at(-1)?.notes ?? [];
  const versions = Object.entries(run.versions);
  if (run.training === null || run.document === null || run.totals === null) {
    return <p className={classes.hint}>{t("settings.imported")}</p>;
  }
  return (
    <div className={classes.settings}>
      <Panel title={t("settings.training")}>
        <Config config={run.training} />
      </Panel>
      <div>
        <Panel title={t("settings.trainer")}>
          {notes.length === 0 ? (
            <p className={classes.hint}>{t("settings.noVersions")}</p>
          ) : (
            <ul className={classes.notes} data-testid="trainer-notes">
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title={t("settings.network")}>
          <Facts
            facts={[
              [t("settings.network"), run.network_name],
              [t("settings.nodes"), formatExact(run.document.network?.nodes?.length ?? 0)],
              [t("settings.parameters"), formatCount(run.totals.parameters), formatExact(run.totals.parameters)],
              [t("settings.macs"), formatMacs(run.totals.macs), formatExact(run.totals.macs)],
              [
                t("settings.memory", { count: run.totals.batch_size }),
                formatBytes(run.totals.training_bytes),
                formatExact(run.totals.training_bytes),
              ],
            ]}
          />
        </Panel>
        <Panel title={t("settings.data")}>
          <Facts
            facts={[
              [t("settings.source"), run.data_source],
              ...(run.data_fingerprint === null
                ? []
                : [[t("settings.fingerprint"), run.data_fingerprint] satisfies [string, string]]),
            ]}
          />
        </Panel>
      </div>
      <div>
        <Panel title={t("settings.environment")}>
          <Facts
            facts={[
              [t("settings.id"), run.id],
              [t("settings.created"), formatDate(run.created)],
              ...versions.map(([name, version]): [string, string] => [name, version]),
            ]}
          />
        </Panel>
        <Panel title={t("settings.attempts")}>
          <ol className={classes.notes} data-testid="run-attempts">
            {attempts.map((attempt) => (
              <li key={attempt.attempt}>
                {t("settings.attempt", {
                  attempt: attempt.attempt,
                  step: formatExact(attempt.resumed_from_step ?? 0),
                  device: attempt.device,
                })}
              </li>
            ))}
          </ol>
        </Panel>
      </div>
    </div>
  );
}

function Panel({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={classes.panel}>
      <h2 className={classes.heading}>{title}</h2>
      {children}
    </section>
  );
}

/** A path such as `data.split.by` is English in every language. */
function Label({ text }: { text: string }) {
  return <dt lang={/[._]/.test(text) ? "en" : undefined}>{breakable(text)}</dt>;
}

function Facts({ facts }: { facts: readonly (readonly [string, string, string?])[] }) {
  return (
    <dl className={classes.pairs}>
      {facts.map(([label, value, full]) => (
        <div key={label}>
          <Label text={label} />
          <dd title={full ?? value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The config as it is written, names and values: what a person would type. */
function Config({ config }: { config: object }) {
  const { t } = useTranslation("runs");
  const say = (leaf: unknown): string => {
    if (leaf === null || leaf === undefined) return t("settings.none");
    if (typeof leaf === "boolean") return t(leaf ? "settings.yes" : "settings.no");
    return Array.isArray(leaf) ? leaf.map(say).join(", ") || t("settings.none") : String(leaf);
  };
  return <Facts facts={flattenConfig(config).map(([name, leaf]) => [name, say(leaf)])} />;
}
