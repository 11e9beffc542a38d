import { Button } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { type DatasetRead, isApiProblem } from "@/api";
import {
  Crumb,
  EmptyState,
  formatBytes,
  formatDate,
  formatExact,
  formatShape,
  LineSkeletons,
  PageBar,
  ReasonedButton,
  usePageTitle,
} from "@/ui";
import { deleteLater } from "@/ui/pendingDeletion";
import { Balance, Histograms } from "./Bars";
import { Columns } from "./Columns";
import { DatasetFetch } from "./DatasetFetch";
import { DatasetOptions } from "./DatasetOptions";
import { DatasetState } from "./DatasetState";
import { DatasetTitle } from "./DatasetTitle";
import classes from "./data.module.css";
import { Graphs } from "./Graphs";
import { Masks } from "./Masks";
import { Pictures } from "./Pictures";
import { datasetQuery, previewQuery, useBeginNetwork, useDeleteDataset } from "./queries";
import { ReadAs } from "./ReadAs";
import { Rows } from "./Rows";
import { Series } from "./Series";
import { Texts } from "./Texts";

/** One set: what is in it, how it is read, whether it is balanced. */
export function DatasetPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("data");
  const { data: dataset, error, refetch } = useQuery(datasetQuery(id));
  usePageTitle(dataset?.title);
  if (dataset !== undefined) return <Loaded key={id} dataset={dataset} />;
  if (error === null) return <LineSkeletons lines={8} />;
  if (isApiProblem(error) && error.status === 404) {
    return (
      <EmptyState
        title={t("page.missing")}
        actions={
          <Button component={Link} to="/data">
            {t("page.all")}
          </Button>
        }
      >
        {t("page.missingText")}
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t("failed.one")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
      {error.message}
    </EmptyState>
  );
}

function Loaded({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const isFetchable = dataset.is_built_in && dataset.state !== "ready";
  return (
    <div className={classes.page}>
      <PageBar>
        <Crumb to="/data" givesWay>
          {t("title")}
        </Crumb>
        <DatasetTitle dataset={dataset} />
        <div className={classes.grow} />
        <Delete dataset={dataset} />
        <Begin dataset={dataset} />
      </PageBar>
      <p className={classes.hint}>{dataset.description}</p>
      {!isFetchable && <DatasetState dataset={dataset} />}
      <div className={classes.columns}>
        <div className={classes.stack}>
          {isFetchable && (
            <div className={classes.panel}>
              <DatasetFetch dataset={dataset} />
            </div>
          )}
          {(dataset.columns ?? []).length > 0 && <Columns dataset={dataset} />}
          {dataset.state === "ready" && <Preview dataset={dataset} />}
        </div>
        <div className={classes.stack}>
          <Overview dataset={dataset} />
          <ReadAs dataset={dataset} />
          <DatasetOptions key={dataset.type} dataset={dataset} />
        </div>
      </div>
    </div>
  );
}

function Preview({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const { data: preview, error, refetch } = useQuery(previewQuery(dataset.id));
  if (error !== null) {
    return (
      <EmptyState title={t("failed.preview")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
        {error.message}
      </EmptyState>
    );
  }
  if (preview === undefined) return <LineSkeletons lines={8} />;
  const { balance = [], pictures = [], header = [], rows = [], histograms = [], value_range: range } = preview;
  const { drawings = [], texts = [], series = [], channels = [], masks = [], mask_colors: colors = [] } = preview;
  const hasMasks = masks.length > 0;
  return (
    <>
      {hasMasks && <Masks pictures={pictures} masks={masks} colors={colors} names={dataset.classes ?? []} />}
      {!hasMasks && pictures.length > 0 && <Pictures pictures={pictures} />}
      {drawings.length > 0 && <Graphs drawings={drawings} names={dataset.classes ?? []} />}
      {series.length > 0 && (
        <Series series={series} channels={channels} hasClasses={(dataset.classes ?? []).length > 0} />
      )}
      {texts.length > 0 && <Texts texts={texts} />}
      {balance.length > 0 && (
        <Balance balance={balance} of={hasMasks ? "pixels" : dataset.task === "multilabel" ? "labels" : "samples"} />
      )}
      {histograms.length > 0 && (
        <Histograms kind={dataset.kind} histograms={histograms} range={range ?? null} header={header} />
      )}
      {header.length > 0 && <Rows header={header} rows={rows} />}
    </>
  );
}

function Overview({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const targets = (dataset.columns ?? []).filter(({ role }) => ["target", "label", "value"].includes(role));
  const facts: [string, string | null][] = [
    [t("page.kind"), `${t(`kind.${dataset.kind}`)} · ${t(`task.${dataset.task}`)}`],
    ...useGraphFacts(dataset),
    [t("page.samples"), numberOf(dataset.num_samples)],
    ...(typeof dataset.num_validation === "number"
      ? ([[t("page.validation"), numberOf(dataset.num_validation)]] as [string, string | null][])
      : []),
    [t("page.test"), numberOf(dataset.num_test) ?? t("page.none")],
    [
      t("page.shape"),
      (dataset.input_shape ?? []).length > 0
        ? formatShape([dataset.kind === "graph" ? "V" : null, ...(dataset.input_shape ?? [])])
        : null,
    ],
    [t("page.tokens"), numberOf(dataset.num_tokens)],
    [t("page.outputs"), numberOf(dataset.num_outputs)],
    [t("page.target"), targets.length === 0 ? null : targets.map(({ name }) => name).join(", ")],
    [t("page.size"), typeof dataset.bytes === "number" ? formatBytes(dataset.bytes) : null],
    [t("page.created"), typeof dataset.created === "number" ? formatDate(dataset.created) : null],
  ];
  return (
    <section className={classes.panel} aria-labelledby="data-overview">
      <h2 id="data-overview" className={classes.heading}>
        {t("page.overview")}
      </h2>
      <dl className={classes.pairs}>
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {dataset.citation !== "" && (
        <>
          <h3 className={classes.subheading}>{t("page.citation")}</h3>
          <p className={classes.quiet}>{dataset.citation}</p>
        </>
      )}
    </section>
  );
}

/** Vertices, edges and what is unusual about them. */
function useGraphFacts({ graph }: DatasetRead): [string, string | null][] {
  const { t } = useTranslation("data");
  if (!graph) return [];
  return [
    [t("graphs.what"), t(`graphs.sample.${graph.sample}`)],
    [t("graphs.graphs"), graph.num_graphs > 1 ? numberOf(graph.num_graphs) : null],
    [t("graphs.vertices"), numberOf(graph.num_vertices)],
    [t(graph.is_directed ? "graphs.directed" : "graphs.undirected"), numberOf(graph.num_edges)],
    [t("graphs.features"), numberOf(graph.num_features)],
    [t("graphs.isolated"), graph.num_isolated > 0 ? numberOf(graph.num_isolated) : null],
    [t("graphs.loops"), graph.num_self_loops > 0 ? numberOf(graph.num_self_loops) : null],
  ];
}

function numberOf(value: number | null | undefined): string | null {
  return typeof value === "number" ? formatExact(value) : null;
}

function Begin({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const { isBusy, begin } = useBeginNetwork();
  const busy = isBusy ? t("page.beginBusy") : null;
  return (
    <ReasonedButton
      leftSection={<IconPlus size={16} aria-hidden />}
      hint={t("page.beginHint")}
      reason={dataset.state === "ready" ? busy : t("page.beginMissing")}
      onClick={() => void begin(dataset.id)}
    >
      {t("page.begin")}
    </ReasonedButton>
  );
}

function Delete({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const navigate = useNavigate();
  const remove = useDeleteDataset();
  if (dataset.is_built_in) return null;
  return (
    <ReasonedButton
      variant="default"
      leftSection={<IconTrash size={15} aria-hidden />}
      hint={t("page.deleteHint")}
      onClick={() => {
        deleteLater({
          id: dataset.id,
          message: t("page.deleted", { name: dataset.title }),
          undoLabel: t("undo"),
          remove: () => remove(dataset.id),
        });
        void navigate("/data");
      }}
    >
      {t("page.delete")}
    </ReasonedButton>
  );
}
