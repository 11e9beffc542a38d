import { Button, Modal, Pagination, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EvaluationRead, TrialRead } from "@/api";
import { EmptyState, formatExact, formatMetric, formatPercent, LineSkeletons } from "@/ui";
import { Confusion } from "./Confusion";
import { Calibration, Curves, Errors, Residuals, Scatter } from "./EvaluationCharts";
import { evaluationQuery, SAMPLES_A_PAGE, type SampleChoice, samplesQuery } from "./queries";
import { SampleGrid } from "./SampleGrid";
import classes from "./tryout.module.css";

/** How the checkpoint does on the held-out part. */
export function Evaluation({ trial }: { trial: TrialRead }) {
  const { t } = useTranslation("tryout");
  const { data, error, refetch } = useQuery(evaluationQuery(trial.checkpoint_id));
  if (error !== null) {
    return (
      <EmptyState title={t("evaluation.failed")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
        {error.message}
      </EmptyState>
    );
  }
  if (data === undefined) {
    return (
      <>
        <p className={classes.quiet}>{t("evaluation.running")}</p>
        <LineSkeletons lines={8} />
      </>
    );
  }
  return <Found trial={trial} found={data} />;
}

function Found({ trial, found }: { trial: TrialRead; found: EvaluationRead }) {
  const { t } = useTranslation("tryout");
  const hasCells = trial.task === "classification" || trial.task === "segmentation";
  const [cell, setCell] = useState<SampleChoice | null>(null);
  return (
    <div className={classes.evaluation} data-testid="evaluation">
      <p>
        {t("evaluation.of", { count: found.num_samples })}
        {found.accuracy !== null && found.accuracy !== undefined && (
          <>
            {" "}
            {t(trial.task === "segmentation" ? "evaluation.pixels" : "evaluation.accuracy")}{" "}
            <b title={String(found.accuracy)}>{formatPercent(found.accuracy)}</b>
          </>
        )}
      </p>
      {typeof found.exact_match === "number" && (
        <p>
          {t("evaluation.exactMatch")} <b title={String(found.exact_match)}>{formatPercent(found.exact_match)}</b>
        </p>
      )}
      {typeof found.mean_iou === "number" && (
        <p>
          {t("evaluation.meanIou")} <b title={String(found.mean_iou)}>{formatMetric(found.mean_iou)}</b>
        </p>
      )}
      {found.has_changed && <p className={classes.error}>{t("evaluation.changed")}</p>}
      {(found.per_class?.length ?? 0) > 0 && (
        <div className={classes.pair}>
          {hasCells && (
            <Confusion
              classes={found.classes}
              counts={found.confusion ?? []}
              onOpen={(target, predicted) => setCell({ order: "worst", target, predicted })}
            />
          )}
          <ClassTable found={found} />
        </div>
      )}
      {(found.per_class?.length ?? 0) > 0 && (
        <div className={classes.pair}>
          {(found.roc?.length ?? 0) > 0 && <Curves kind="roc" curves={found.roc ?? []} />}
          {(found.precision_recall?.length ?? 0) > 0 && (
            <Curves kind="precisionRecall" curves={found.precision_recall ?? []} />
          )}
          {found.calibration && <Calibration calibration={found.calibration} />}
        </div>
      )}
      {found.numbers?.map((numbers, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns of a target have one name and keep their order
        <section key={index} className={classes.pair}>
          <Scatter numbers={numbers} />
          <Residuals numbers={numbers} />
          <dl className={`${classes.panel} ${classes.figures}`}>
            <dt>{t("evaluation.mae")}</dt>
            <dd>{formatMetric(numbers.mean_absolute_error)}</dd>
            <dt>{t("evaluation.rmse")}</dt>
            <dd>{formatMetric(numbers.root_mean_squared_error)}</dd>
            <dt>R²</dt>
            <dd>{numbers.r2 === null ? "-" : formatMetric(numbers.r2)}</dd>
          </dl>
        </section>
      ))}
      {found.errors && <Errors errors={found.errors} />}
      <Hardest trial={trial} hasUncertain={hasCells} />
      <Modal
        opened={cell !== null}
        onClose={() => setCell(null)}
        size="xl"
        title={
          cell === null
            ? ""
            : t("confusion.cell", {
                target: found.classes[cell.target ?? 0],
                predicted: found.classes[cell.predicted ?? 0],
              })
        }
      >
        {cell !== null && <Samples trial={trial} choice={cell} />}
      </Modal>
    </div>
  );
}

function ClassTable({ found }: { found: EvaluationRead }) {
  const { t } = useTranslation("tryout");
  const isOfPixels = found.per_class?.some((one) => typeof one.iou === "number") ?? false;
  const write = (value: number | null) => (value === null ? "-" : formatPercent(value));
  return (
    <div className={classes.panel}>
      <h2 className={classes.heading}>{t("perClass.title")}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t("perClass.title")}>
        <table className={classes.table} data-testid="per-class">
          <thead>
            <tr>
              <th scope="col">{t("perClass.class")}</th>
              <th scope="col" title={t("perClass.precisionHint")}>
                {t("perClass.precision")}
              </th>
              <th scope="col" title={t("perClass.recallHint")}>
                {t("perClass.recall")}
              </th>
              <th scope="col" title={t("perClass.f1Hint")}>
                F1
              </th>
              {isOfPixels && (
                <th scope="col" title={t("perClass.iouHint")}>
                  {t("perClass.iou")}
                </th>
              )}
              <th scope="col">{t(isOfPixels ? "perClass.pixels" : "perClass.support")}</th>
            </tr>
          </thead>
          <tbody>
            {found.per_class?.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>{write(one.precision)}</td>
                <td>{write(one.recall)}</td>
                <td>{write(one.f1)}</td>
                {isOfPixels && <td>{write(one.iou ?? null)}</td>}
                <td>{formatExact(one.support)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** The samples that it gets most wrong, and those that it cannot decide about. */
function Hardest({ trial, hasUncertain }: { trial: TrialRead; hasUncertain: boolean }) {
  const { t } = useTranslation("tryout");
  const [order, setOrder] = useState<SampleChoice["order"]>("worst");
  return (
    <section className={classes.panel} aria-label={t("samples.title")} data-testid="hardest">
      <h2 className={classes.heading}>{t("samples.title")}</h2>
      {hasUncertain && (
        <SegmentedControl
          size="xs"
          mt="xs"
          aria-label={t("samples.title")}
          data={[
            { value: "worst", label: t("samples.worst") },
            { value: "uncertain", label: t("samples.uncertain") },
          ]}
          value={order}
          onChange={(value) => setOrder(value as SampleChoice["order"])}
        />
      )}
      <Samples trial={trial} choice={{ order }} />
    </section>
  );
}

function Samples({ trial, choice }: { trial: TrialRead; choice: SampleChoice }) {
  const { t } = useTranslation("tryout");
  const [page, setPage] = useState(1);
  const { data, error } = useQuery(samplesQuery(trial.checkpoint_id, choice, page));
  if (error !== null) return <p className={classes.error}>{error.message}</p>;
  if (data === undefined) return <LineSkeletons lines={3} />;
  const numPages = Math.ceil(data.total / SAMPLES_A_PAGE);
  return (
    <>
      <p className={classes.quiet}>{t("samples.count", { count: data.total })}</p>
      <SampleGrid samples={data.samples} numbered={trial.graph?.sample} />
      {numPages > 1 && (
        <Pagination
          size="sm"
          mt="sm"
          total={numPages}
          value={page}
          onChange={setPage}
          aria-label={t("samples.pages")}
          getControlProps={(control) =>
            control === "next"
              ? { "aria-label": t("samples.next") }
              : control === "previous"
                ? { "aria-label": t("samples.previous") }
                : {}
          }
        />
      )}
    </>
  );
}
