import { useMemo } from "react";
import type { Outline } from "@/api";
import { CARD_WIDTH, type Change, findLane, type Point, wirePath } from "@/document";
import styles from "./outline.module.css";

const NODE_HEIGHT = 60;
const MARGIN = 24;
/** The picture never magnifies: a network of one node is a small box, not a huge one. */
const SMALLEST_VIEW = { width: 900, height: 480 };

function viewBoxOf(outline: Outline): string {
  const xs = outline.nodes.map((node) => node.x);
  const ys = outline.nodes.map((node) => node.y);
  const left = Math.min(...xs) - MARGIN;
  const top = Math.min(...ys) - MARGIN;
  const width = Math.max(...xs) + CARD_WIDTH + MARGIN - left;
  const height = Math.max(...ys) + NODE_HEIGHT + MARGIN - top;
  const w = Math.max(width, SMALLEST_VIEW.width);
  const h = Math.max(height, SMALLEST_VIEW.height);
  return `${left - (w - width) / 2} ${top - (h - height) / 2} ${w} ${h}`;
}

type Box = Outline["nodes"][number];

const rightOf = (box: Box): Point => ({ x: box.x + CARD_WIDTH, y: box.y + NODE_HEIGHT / 2 });
const leftOf = (box: Box): Point => ({ x: box.x, y: box.y + NODE_HEIGHT / 2 });

/** What is said of parts of a picture that compares: boxes by their label, wires by their place in the outline. */
export interface Marks {
  nodes: ReadonlyMap<string, Change>;
  edges: ReadonlyMap<number, Change>;
}

const UNMARKED: Marks = { nodes: new Map(), edges: new Map() };

/** The wires as the editor draws them: past the boxes, never behind one.  One path for all of a kind, the marked ones last. */
function wiresOf({ nodes, edges }: Outline, marks: Marks): [Change | undefined, string][] {
  const cards = nodes.map(({ x, y }) => ({ x, y, width: CARD_WIDTH, height: NODE_HEIGHT }));
  const paths = new Map<Change | undefined, string>([[undefined, ""]]);
  edges.forEach(([from, to], place) => {
    const source = nodes[from];
    const target = nodes[to];
    if (source === undefined || target === undefined) return;
    const [start, end] = [rightOf(source), leftOf(target)];
    const others = cards.filter((_, at) => at !== from && at !== to);
    const mark = marks.edges.get(place);
    paths.set(mark, (paths.get(mark) ?? "") + wirePath(start, end, findLane(start, end, others)).path);
  });
  return [...paths];
}

/** Pixels of the largest letters, and the width that a label may take: ids may be long. */
const LABEL = { size: 28, width: 184, perLetter: 0.62 };

function labelSize(label: string): number {
  return Math.min(LABEL.size, LABEL.width / (label.length * LABEL.perLetter));
}

interface OutlinePictureProps {
  outline: Outline;
  /** Said to who cannot see it: then the picture is large, with the names of its boxes; else it only decorates. */
  label?: string;
  marks?: Marks;
}

/** Before the id of a marked box, for whom colours alone say nothing. */
const SIGNS = { added: "+ ", removed: "− ", changed: "≠ " };

/** A picture of one level of a network: boxes in their family's colour, wires between them. */
export function OutlinePicture({ outline, label, marks = UNMARKED }: OutlinePictureProps) {
  const drawing = useMemo(() => {
    if (outline.nodes.length === 0) return null;
    return { viewBox: viewBoxOf(outline), wires: wiresOf(outline, marks) };
  }, [outline, marks]);
  if (drawing === null) return <div className={styles.noPicture} aria-hidden />;
  const isLarge = label !== undefined;
  return (
    <svg
      className={isLarge ? `${styles.picture} ${styles.large}` : styles.picture}
      viewBox={drawing.viewBox}
      role={isLarge ? "img" : undefined}
      aria-label={label}
      aria-hidden={!isLarge}
    >
      {drawing.wires.map(([mark, path]) => (
        <path key={mark ?? ""} className={styles.wire} data-mark={mark} d={path} />
      ))}
      {outline.nodes.map((node) => (
        <Box
          key={`${node.label} ${node.x} ${node.y}`}
          node={node}
          isLarge={isLarge}
          mark={marks.nodes.get(node.label)}
        />
      ))}
    </svg>
  );
}

function Box({ node, isLarge, mark }: { node: Box; isLarge: boolean; mark: Change | undefined }) {
  const text = mark === undefined ? node.label : SIGNS[mark] + node.label;
  return (
    <g className={styles.box} data-mark={mark}>
      <rect
        x={node.x}
        y={node.y}
        width={CARD_WIDTH}
        height={NODE_HEIGHT}
        rx={10}
        fill={`var(--nw-family-${node.family}, var(--nw-text-quiet))`}
      />
      {isLarge && (
        <text
          className={styles.label}
          x={node.x + CARD_WIDTH / 2}
          y={node.y + NODE_HEIGHT / 2}
          fontSize={labelSize(text)}
        >
          {text}
        </text>
      )}
    </g>
  );
}
