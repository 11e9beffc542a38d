import { IconAbc, IconPhoto, IconTable, IconTopologyStar3, IconWaveSine } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { DatasetRead } from "@/api";
import { formatBytes, formatCount, formatShape } from "@/ui";
import { DatasetState } from "./DatasetState";
import classes from "./data.module.css";

const ICONS = {
  image: IconPhoto,
  table: IconTable,
  graph: IconTopologyStar3,
  text: IconAbc,
  series: IconWaveSine,
};

/** A set in the list: what it is, how large, whether it can be used. */
export function DatasetCard({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const Icon = ICONS[dataset.kind];
  const size = useSizeFacts(dataset);
  const facts = [
    t(`kind.${dataset.kind}`),
    t(`task.${dataset.task}`),
    ...size,
    ...(typeof dataset.bytes === "number" ? [formatBytes(dataset.bytes)] : []),
  ];
  return (
    <li className={classes.card} data-testid={`dataset-${dataset.id}`}>
      <Icon size={22} stroke={1.4} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        <Link to={`/data/${dataset.id}`} className={classes.name} title={dataset.title}>
          {dataset.title}
        </Link>
        <p className={classes.about}>{dataset.description}</p>
        <p className={classes.quiet}>{facts.join(" · ")}</p>
        <DatasetState dataset={dataset} />
      </div>
    </li>
  );
}

/** Samples, classes and the shape of a sample, as far as they are known. */
export function useSizeFacts(dataset: DatasetRead | undefined): string[] {
  const { t } = useTranslation("data");
  const facts: string[] = [];
  if (dataset === undefined) return facts;
  const { num_samples: num, classes: names = [], input_shape: shape = [] } = dataset;
  if (typeof num === "number") facts.push(t("samples", { count: num, number: formatCount(num) }));
  if (names.length > 0)
    facts.push(
      t(dataset.task === "multilabel" ? "labels" : "classes", {
        count: names.length,
        number: formatCount(names.length),
      }),
    );
  const [width] = shape;
  if (dataset.graph) {
    const { num_graphs: graphs, num_vertices: vertices, num_features: features } = dataset.graph;
    if (graphs > 1) facts.push(t("graphs.count", { count: graphs, number: formatCount(graphs) }));
    facts.push(t("graphs.vertexCount", { count: vertices, number: formatCount(vertices) }));
    facts.push(t("graphs.featureCount", { count: features, number: formatCount(features) }));
    return facts;
  }
  if (shape.length === 1 && width !== undefined) facts.push(t("inputs", { count: width, number: formatCount(width) }));
  else if (shape.length > 0) facts.push(formatShape(shape));
  return facts;
}
