import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { formatDate, formatExact, formatMetric, formatTime, Sentence } from "@/ui";
import classes from "./control.module.css";
import panels from "./runs.module.css";
import { inheritedMoments, type Moment } from "./timeline";

/** What happened to the run, newest first, with times. */
export const RunTimeline = memo(function RunTimeline({ run, moments }: { run: RunRead; moments: readonly Moment[] }) {
  const { t } = useTranslation("control");
  const created: Moment = {
    id: "created",
    time: run.created,
    key: run.reason === "imported" ? "imported" : "queued",
    values: {},
    message: null,
    tone: "quiet",
  };
  const say = ({ key, values }: Moment) =>
    t(
      `timeline.${key}`,
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          typeof value === "number" ? numberOf(key, name, value) : value,
        ]),
      ),
    );
  return (
    <section className={panels.panel} aria-labelledby="run-timeline" data-testid="run-timeline">
      <h2 id="run-timeline" className={panels.heading}>
        {t("timeline.title")}
      </h2>
      <ol className={classes.timeline} reversed>
        {[...inheritedMoments(run.origin), created, ...moments].reverse().map((moment) => (
          <li key={moment.id} data-tone={moment.tone} data-moment={moment.key}>
            {moment.time === null ? (
              <span className={classes.before}>{t("timeline.before")}</span>
            ) : (
              <time dateTime={new Date(moment.time * 1000).toISOString()} title={formatDate(moment.time)}>
                {formatTime(moment.time)}
              </time>
            )}
            <div>
              {moment.time === null
                ? t("timeline.inOrigin", { name: run.origin?.name, what: say(moment) })
                : say(moment)}
              {moment.message !== null && (
                <p>
                  <Sentence text={moment.message} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
});

function numberOf(key: string, name: string, value: number): string {
  return key === "rate" && name !== "step" ? formatMetric(value) : formatExact(value);
}
