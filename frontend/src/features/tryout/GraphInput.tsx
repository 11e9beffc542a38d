import { Button, FileButton, NumberInput, SegmentedControl, Textarea } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { GraphSent, GraphShape, TrialRead } from "@/api";
import { formatExact, GraphPicture, notifyError, VertexMark } from "@/ui";
import { type GraphFault, readGraph, writeGraph } from "./graphText";
import { drawingQuery } from "./queries";
import classes from "./tryout.module.css";

/** What is asked of a checkpoint: a vertex or a graph of its data, or a graph of one's own. */
export type GraphQuestion = { samples: number[] } | { graphs: GraphSent[] };

interface Props {
  trial: TrialRead;
  shape: GraphShape;
  question: GraphQuestion | null;
  onChange: (question: GraphQuestion | null) => void;
}

const WAYS = ["data", "own"] as const;

/** A vertex (or a graph) of the data is chosen, or a graph is pasted or uploaded. */
export function GraphInput({ trial, shape, question, onChange }: Props) {
  const { t } = useTranslation("tryout");
  const [sample, setSample] = useState(0);
  const [text, setText] = useState(() => (shape.example ? writeGraph(shape.example) : ""));
  const [fault, setFault] = useState<GraphFault | null>(null);
  const way = question === null || "graphs" in question ? "own" : "data";
  const choose = (number: number) => {
    setSample(number);
    onChange({ samples: [number] });
  };
  const put = (next: string) => {
    setText(next);
    const read = readGraph(next, shape.features.length);
    setFault("fault" in read ? read : null);
    onChange("fault" in read ? null : { graphs: [read] });
  };
  return (
    <section className={classes.panel} aria-label={t(`graph.title.${shape.sample}`)} data-testid="try-graph">
      <h2 className={classes.heading}>{t(`graph.title.${shape.sample}`)}</h2>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label={t("graph.ways")}
        data={WAYS.map((name) => ({ value: name, label: t(`graph.way.${name}`) }))}
        value={way}
        onChange={(next) => (next === "data" ? choose(sample) : put(text))}
      />
      {way === "data" ? (
        <OfTheData trial={trial} shape={shape} sample={sample} onChoose={choose} />
      ) : (
        <OneOfMyOwn shape={shape} text={text} fault={fault} onChange={put} />
      )}
    </section>
  );
}

interface DataProps {
  trial: TrialRead;
  shape: GraphShape;
  sample: number;
  onChoose: (sample: number) => void;
}

function OfTheData({ trial, shape, sample, onChoose }: DataProps) {
  const { t } = useTranslation("tryout");
  const { data: drawing, error } = useQuery(drawingQuery(trial.checkpoint_id, sample));
  const isOfVertices = shape.sample === "vertex";
  const { labels = [], answers = [] } = drawing ?? {};
  const isWrong = (place: number) => (labels[place] ?? -1) >= 0 && labels[place] !== answers[place];
  const shown = trial.classes.map((name, label) => ({ name, label })).filter(({ label }) => answers.includes(label));
  return (
    <>
      <NumberInput
        size="xs"
        w={160}
        label={t(`graph.number.${shape.sample}`)}
        description={t("graph.range", { last: formatExact(shape.num_samples - 1) })}
        min={0}
        max={shape.num_samples - 1}
        clampBehavior="strict"
        allowDecimal={false}
        value={sample}
        onChange={(value) => typeof value === "number" && onChoose(value)}
      />
      {error !== null && <p className={classes.error}>{error.message}</p>}
      {drawing !== undefined && (
        <>
          <p className={classes.quiet} data-testid="graph-target">
            {drawing.target === "" ? t("graph.noTarget") : t("graph.target", { target: drawing.target })}{" "}
            {isOfVertices && t("graph.choose")}
          </p>
          <GraphPicture
            positions={drawing.positions}
            edges={drawing.edges}
            labels={answers}
            label={t(isOfVertices ? "graph.around" : "graph.whole", { number: sample })}
            width={420}
            height={280}
            chosen={drawing.chosen === null ? undefined : drawing.vertices.indexOf(drawing.chosen ?? -1)}
            isMarked={isWrong}
            titleOf={(place) => {
              const number = drawing.vertices[place] ?? place;
              const answer = trial.classes[answers[place] ?? -1];
              return answer === undefined ? t("graph.plain", { number }) : t("graph.said", { number, answer });
            }}
            onChoose={isOfVertices ? (place) => onChoose(drawing.vertices[place] ?? place) : undefined}
          />
          {shown.length > 0 && (
            <ul className={classes.marks}>
              {shown.map(({ name, label }) => (
                <li key={name}>
                  <svg width={14} height={14} aria-hidden>
                    <VertexMark x={7} y={7} radius={4} label={label} />
                  </svg>
                  {name}
                </li>
              ))}
            </ul>
          )}
          {shown.length > 0 && <p className={classes.quiet}>{t("graph.ring")}</p>}
        </>
      )}
    </>
  );
}

interface OwnProps {
  shape: GraphShape;
  text: string;
  fault: GraphFault | null;
  onChange: (text: string) => void;
}

function OneOfMyOwn({ shape, text, fault, onChange }: OwnProps) {
  const { t } = useTranslation("tryout");
  const reset = useRef<() => void>(null);
  const take = async (file: File | null) => {
    if (file === null) return;
    // A file that was mended is chosen again under its old name.
    reset.current?.();
    try {
      onChange(await file.text());
    } catch (error) {
      notifyError(t("graph.unreadable"), error);
    }
  };
  return (
    <>
      <p className={classes.quiet}>{t("graph.hint", { count: shape.features.length })}</p>
      <FileButton resetRef={reset} accept=".json,application/json" onChange={(file) => void take(file)}>
        {(props) => (
          <Button {...props} variant="default" size="compact-sm" leftSection={<IconUpload size={14} aria-hidden />}>
            {t("graph.file")}
          </Button>
        )}
      </FileButton>
      <Textarea
        size="xs"
        mt="xs"
        label={t("graph.text")}
        autosize
        minRows={6}
        maxRows={16}
        value={text}
        error={fault === null ? null : t(`graph.fault.${fault.fault}`, { what: fault.what })}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </>
  );
}
