import { Button, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, memo, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { type CheckpointRead, isApiProblem, loadPart, type RunRead } from "@/api";
import type { Mark } from "@/features/charts";
import { Crumb, EmptyState, formatMetric, LineSkeletons, PageBar, Sentence, usePageTitle } from "@/ui";
import { joinMarks } from "./marks";
import { QueuePlace } from "./QueuePlace";
import { checkpointsQuery, runQuery } from "./queries";
import { RunAbout } from "./RunAbout";
import { RunAlerts } from "./RunAlerts";
import { RunAnswers } from "./RunAnswers";
import { RunCheckpoints } from "./RunCheckpoints";
import { RunControls } from "./RunControls";
import { RunCurves } from "./RunCurves";
import { RunLog } from "./RunLog";
import { RunName } from "./RunName";
import { RunOrigin } from "./RunOrigin";
import { RunProgress } from "./RunProgress";
import { RunSettings } from "./RunSettings";
import { RunSurface } from "./RunSurface";
import { RunTimeline } from "./RunTimeline";
import { changesOf, mergeLive, type RunLive, type RunSession } from "./runSession";
import classes from "./runs.module.css";
import { isFinal, runWords } from "./runWords";
import { RunMilestones } from "./Spoken";
import { StateBadge } from "./StateBadge";
import { useRunSession } from "./useRunSession";
import { useSilence } from "./useSilence";
import { useSteady } from "./useSteady";
import { titlePrefix, useTabIcon } from "./useTabProgress";

const NO_CHECKPOINTS: readonly CheckpointRead[] = [];
const TABS = ["overview", "try", "log", "settings"] as const;
/** Loaded when it is first opened. */
const TryOut = lazy(() => loadPart(async () => ({ default: (await import("@/features/tryout")).TryOut })));

export function RunPage() {
  const { id = "" } = useParams();
  return <OneRun key={id} id={id} />;
}

function OneRun({ id }: { id: string }) {
  const { t } = useTranslation("runs");
  const { data, error, refetch } = useQuery(runQuery(id));
  const { session, live } = useRunSession(id);
  if (data !== undefined && session !== null) return <Loaded record={data} session={session} live={live} />;
  if (error === null) return <LineSkeletons lines={8} />;
  if (isApiProblem(error) && error.status === 404) {
    return (
      <EmptyState
        title={t("missing.title")}
        actions={
          <Button component={Link} to="/runs">
            {t("missing.runs")}
          </Button>
        }
      >
        {t("missing.text")}
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t("loadFailed")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
      {error.message}
    </EmptyState>
  );
}

interface LoadedProps {
  record: RunRead;
  session: RunSession;
  live: RunLive;
}

/** What moves with every report: only the line of progress shows it. */
const MOVING_IN_RUN = ["step", "elapsed"] as const;
const MOVING_IN_LIVE = ["cursor", "step", "epoch", "elapsed", "stepsPerSecond", "samplesPerSecond"] as const;

function Loaded({ record, session, live }: LoadedProps) {
  const run = mergeLive(record, live);
  const steadyRun = useSteady(run, MOVING_IN_RUN);
  const steadyLive = useSteady(live, MOVING_IN_LIVE);
  usePageTitle(`${titlePrefix(run.state, run.step, run.total_steps)}${run.name}`);
  useTabIcon(run.state, run.step, run.total_steps);
  const isSilent = useSilence(live.cursor, run.state === "running" && live.connection === "live");
  const { data: checkpoints = NO_CHECKPOINTS } = useQuery(checkpointsQuery(run.id));
  const rates = session.metrics.buffer("lr");
  const rate = rates === undefined || rates.length === 0 ? undefined : rates.values[rates.length - 1];
  const hasCheckpoint = checkpoints.some((checkpoint) => checkpoint.is_available);
  return (
    <div className={classes.page}>
      <Bar run={steadyRun} live={steadyLive} hasCheckpoint={hasCheckpoint} />
      <div className={classes.head}>
        <Head run={steadyRun} live={steadyLive} isSilent={isSilent} />
        <RunProgress run={run} live={live} rate={rate} />
        <RunMilestones run={run} metrics={session.metrics} />
      </div>
      <Parts record={record} run={steadyRun} session={session} live={steadyLive} />
    </div>
  );
}

interface SteadyProps {
  run: RunRead;
  live: RunLive;
}

const Bar = memo(function Bar({ run, live, hasCheckpoint }: SteadyProps & { hasCheckpoint: boolean }) {
  const { t } = useTranslation("runs");
  return (
    <PageBar>
      <Crumb to="/runs" givesWay>
        {t("title")}
      </Crumb>
      <RunName run={run} />
      <div className={classes.grow} />
      <RunControls run={run} changes={changesOf(run, live)} hasCheckpoint={hasCheckpoint} />
    </PageBar>
  );
});

const Head = memo(function Head({ run, live, isSilent }: SteadyProps & { isSilent: boolean }) {
  const { t } = useTranslation("runs");
  const { sentence } = runWords(run);
  const isAlert = (message: string) => live.alerts.some((alert) => alert.message === message);
  const isCutOff = live.connection === "reconnecting" && !isFinal(run.state);
  return (
    <>
      <div className={classes.state} role="status" data-testid="run-state" data-state={run.state}>
        <StateBadge run={run} message={run.message} />
        {isCutOff || isSilent ? (
          <span className={classes.unreachable}>{t(isCutOff ? "unreachable" : "silent")}</span>
        ) : (
          <span>
            <Sentence text={run.message === null || isAlert(run.message) ? t(sentence) : run.message} />
          </span>
        )}
      </div>
      <QueuePlace run={run} />
      <RunOrigin origin={run.origin} />
    </>
  );
});

const Parts = memo(function Parts({ record, run, session, live }: LoadedProps & SteadyProps) {
  const { t } = useTranslation("runs");
  const [params, setParams] = useSearchParams();
  const { data: checkpoints = NO_CHECKPOINTS, error: unread, refetch } = useQuery(checkpointsQuery(run.id));
  const tab = TABS.find((candidate) => candidate === params.get("tab")) ?? "overview";
  const hasEnded = isFinal(run.state);
  return (
    <>
      <RunAlerts alerts={live.alerts} run={run} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) =>
          setParams((before) => {
            const after = new URLSearchParams(before);
            if (value === null || value === "overview") after.delete("tab");
            else after.set("tab", value);
            return after;
          })
        }
      >
        <Tabs.List aria-label={t("tabs.label")} mb="md">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tabs.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Curves run={run} session={session} live={live} hasEnded={hasEnded} />
          {live.surfaces.length > 0 && (
            <div className={classes.surfaceRow}>
              <RunSurface surfaces={live.surfaces} />
            </div>
          )}
          <div className={classes.answers}>
            <RunAnswers session={session} live={live} origin={run.origin} />
          </div>
          <div className={classes.below}>
            {unread === null ? (
              <RunCheckpoints
                run={record}
                checkpoints={checkpoints}
                hasEnded={hasEnded}
                hasStarted={run.started !== null}
              />
            ) : (
              <EmptyState
                title={t("checkpoints.failed")}
                actions={<Button onClick={() => refetch()}>{t("again")}</Button>}
              >
                {unread.message}
              </EmptyState>
            )}
            <div className={classes.side}>
              <RunTimeline run={run} moments={live.moments} />
              <RunAbout run={record} />
            </div>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="try">
          <Suspense fallback={<LineSkeletons lines={8} />}>
            <TryOut checkpoints={checkpoints} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <RunLog runId={run.id} lines={live.log} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <RunSettings run={run} attempts={live.attempts} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
});

function Curves({ run, session, live, hasEnded }: SteadyProps & { session: RunSession; hasEnded: boolean }) {
  const { t } = useTranslation("runs");
  const marks = useMarks(run, live);
  if (live.failure !== null) {
    return (
      <EmptyState title={t("curves.failed")} actions={<Button onClick={() => session.retry()}>{t("again")}</Button>}>
        {live.failure instanceof Error ? live.failure.message : String(live.failure)}
      </EmptyState>
    );
  }
  if (!live.isLoaded) return <LineSkeletons lines={8} height={24} />;
  return (
    <RunCurves
      runId={run.id}
      name={run.name}
      store={session.metrics}
      stepsPerEpoch={run.steps_per_epoch}
      marks={marks}
      hasEnded={hasEnded}
    />
  );
}

/** Where attempts went on, and where values were changed, in the run that this one was branched from too. */
function useMarks({ origin }: RunRead, { attempts, values }: RunLive): readonly Mark[] {
  const { t } = useTranslation("control");
  return useMemo(
    () =>
      joinMarks([
        ...attempts
          .map(({ attempt, resumed_from_step: step }) => ({
            step: step ?? 0,
            label: t(attempt === 1 ? "mark.branched" : "mark.resumed"),
          }))
          .filter(({ step }) => step > 0),
        ...changesOf({ origin }, { values }).map(({ name, value, step }) => ({
          step,
          label: name === "lr" ? t("mark.rate", { value: formatMetric(value) }) : t("mark.epochs", { value }),
        })),
      ]),
    [origin, attempts, values, t],
  );
}
