import { useMemo } from "react";
import type { Outline } from "@/api";
import { CARD_WIDTH, findLane, type Point, wirePath } from "@/document";
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

/** The wires as the editor draws them: past the boxes, never behind one.  All of them are one path. */
function wiresOf({ nodes, edges }: Outline): string {
  const cards = nodes.map(({ x, y }) => ({ x, y, width: CARD_WIDTH, height: NODE_HEIGHT }));
  const paths = edges.map(([from, to]) => {
    const source = nodes[from];
    const target = nodes[to];
    if (source === undefined || target === undefined) return "";
    const [start, end] = [rightOf(source), leftOf(target)];
    const others = cards.filter((_, at) => at !== from && at !== to);
    return wirePath(start, end, findLane(start, end, others)).path;
  });
  return paths.join("");
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
}

/** A picture of one level of a network: boxes in their family's colour, wires between them. */
export function OutlinePicture({ outline, label }: OutlinePictureProps) {
  const drawing = useMemo(() => {
    if (outline.nodes.length === 0) return null;
    return { viewBox: viewBoxOf(outline), wires: wiresOf(outline) };
  }, [outline]);
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
      <path className={styles.wire} d={drawing.wires} />
      {outline.nodes.map((node) => (
        <Box key={`${node.label} ${node.x} ${node.y}`} node={node} isLarge={isLarge} />
      ))}
    </svg>
  );
}

function Box({ node, isLarge }: { node: Box; isLarge: boolean }) {
  return (
    <g>
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
          fontSize={labelSize(node.label)}
        >
          {node.label}
        </text>
      )}
    </g>
  );
}
