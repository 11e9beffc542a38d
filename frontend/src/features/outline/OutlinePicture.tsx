import { useMemo } from "react";
import type { Outline } from "@/api";
import styles from "./outline.module.css";

const NODE_WIDTH = 200;
const NODE_HEIGHT = 56;
const MARGIN = 24;
/** The picture never magnifies: a network of one node is a small box, not a huge one. */
const SMALLEST_VIEW = { width: 900, height: 480 };

function viewBoxOf(outline: Outline): string {
  const xs = outline.nodes.map((node) => node.x);
  const ys = outline.nodes.map((node) => node.y);
  const left = Math.min(...xs) - MARGIN;
  const top = Math.min(...ys) - MARGIN;
  const width = Math.max(...xs) + NODE_WIDTH + MARGIN - left;
  const height = Math.max(...ys) + NODE_HEIGHT + MARGIN - top;
  const w = Math.max(width, SMALLEST_VIEW.width);
  const h = Math.max(height, SMALLEST_VIEW.height);
  return `${left - (w - width) / 2} ${top - (h - height) / 2} ${w} ${h}`;
}

function wire(outline: Outline, [from, to]: readonly [number, number]): string | null {
  const source = outline.nodes[from];
  const target = outline.nodes[to];
  if (source === undefined || target === undefined) return null;
  if (target.x <= source.x && target.y - source.y > NODE_HEIGHT) return wireToNextRow(source, target);
  const isAcross = Math.abs(target.x - source.x) >= Math.abs(target.y - source.y);
  const [x1, y1] = isAcross
    ? [source.x + NODE_WIDTH, source.y + NODE_HEIGHT / 2]
    : [source.x + NODE_WIDTH / 2, source.y + NODE_HEIGHT];
  const [x2, y2] = isAcross ? [target.x, target.y + NODE_HEIGHT / 2] : [target.x + NODE_WIDTH / 2, target.y];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return isAcross
    ? `M${x1} ${y1}C${mx} ${y1} ${mx} ${y2} ${x2} ${y2}`
    : `M${x1} ${y1}C${x1} ${my} ${x2} ${my} ${x2} ${y2}`;
}

/** Between the rows, as the editor draws it: straight across it would run behind the boxes. */
function wireToNextRow(source: { x: number; y: number }, target: { x: number; y: number }): string {
  const lane = (source.y + NODE_HEIGHT + target.y) / 2;
  const [y1, y2] = [source.y + NODE_HEIGHT / 2, target.y + NODE_HEIGHT / 2];
  return `M${source.x + NODE_WIDTH} ${y1}h16V${lane}H${target.x - 16}V${y2}h16`;
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
    return { viewBox: viewBoxOf(outline), wires: outline.edges.map((edge) => wire(outline, edge)) };
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
      <path className={styles.wire} d={drawing.wires.filter((d) => d !== null).join("")} />
      {outline.nodes.map((node) => (
        <g key={`${node.label} ${node.x} ${node.y}`}>
          <rect
            x={node.x}
            y={node.y}
            width={NODE_WIDTH}
            height={NODE_HEIGHT}
            rx={10}
            fill={`var(--nw-family-${node.family}, var(--nw-text-quiet))`}
          />
          {isLarge && (
            <text
              className={styles.label}
              x={node.x + NODE_WIDTH / 2}
              y={node.y + NODE_HEIGHT / 2}
              fontSize={labelSize(node.label)}
            >
              {node.label}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}
