/** The drawing as it is seen from far away, on one canvas element: cards as coloured rectangles with their type, wires as lines. */
import { blockNameOf, type Edge, type Point, type Rect } from "@/document";
import { familyColor } from "../FamilyIcon";
import { DIFFERENCE_COLORS, SIGNS } from "./differences";
import type { FlowEdge, FlowNode } from "./flow";
import { heatColor } from "./heat";
import type { Drawn } from "./useFarWires";
import { meets } from "./wireShapes";

export interface FarPicture {
  drawn: Drawn;
  /** The wire that the dragged card would go into. */
  insertion: Edge | null;
  /** The wires that the stroke under way has crossed. */
  cut: readonly Edge[];
}

/** The part of the drawing that is wanted. */
export interface Section extends Rect {
  /** Where in the drawing the corner of the bitmap is. */
  origin: Point;
  /** How many pixels of the bitmap one of the drawing has. */
  scale: number;
  /** The zoom of the view: what must be seen is so many pixels of the screen wide. */
  zoom: number;
}

/** Turns a colour of CSS, variables and mixtures included, into one that a canvas element takes. */
export type Paint = (css: string) => string;

/** A type is written where its letters are at least this high on the screen. */
const READABLE = 6;
const FONT = 26;
const RADIUS = 6;
const PADDING = 8;

export function drawFar(
  context: CanvasRenderingContext2D,
  picture: FarPicture,
  section: Section,
  paint: Paint,
  font: string,
): void {
  const { scale, origin } = section;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(scale, 0, 0, scale, -origin.x * scale, -origin.y * scale);
  for (const edge of picture.drawn.edges) drawWire(context, edge, picture, section, paint);
  context.setLineDash([]);
  const seen = picture.drawn.nodes.filter(({ position, data }) => meets({ ...position, ...data.size }, section));
  for (const node of seen) drawCard(context, node, section, paint);
  if (FONT * section.zoom < READABLE) return;
  context.font = `600 ${FONT}px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const node of seen) writeType(context, node, paint);
}

function drawWire(
  context: CanvasRenderingContext2D,
  edge: FlowEdge,
  { drawn, insertion, cut }: FarPicture,
  section: Section,
  paint: Paint,
): void {
  const shape = drawn.shapes().get(edge.id);
  const { data } = edge;
  if (!shape || !data || !meets(shape.box, section)) return;
  const thin = 1 / section.zoom;
  if (cut.includes(data.edge)) line(paint("var(--nw-error)"), 1.5, [3, 5]);
  else if (insertion === data.edge) line(paint("var(--nw-ok)"), 3);
  else if (edge.selected) line(paint("var(--nw-accent)"), 2.5);
  else if (data.difference)
    line(paint(DIFFERENCE_COLORS[data.difference]), 3, data.difference === "removed" ? [2, 5] : NO_DASH);
  else if (data.isWrong) line(paint("var(--nw-error)"), 1.5, [6, 4]);
  else {
    context.strokeStyle = paint("var(--nw-border-strong)");
    context.lineWidth = Math.max(data.width, 0.75 * thin);
    context.setLineDash(NO_DASH);
  }
  context.stroke(shape.path);

  function line(color: string, width: number, dash: readonly number[] = NO_DASH): void {
    context.strokeStyle = color;
    context.lineWidth = width * thin;
    context.setLineDash(dash.map((part) => part * thin));
  }
}

const NO_DASH: number[] = [];

function drawCard(context: CanvasRenderingContext2D, node: FlowNode, { zoom }: Section, paint: Paint): void {
  const { data, position, selected } = node;
  const { x, y } = position;
  const { width, height } = data.size;
  const isRound = RADIUS * zoom > 1;
  const family = paint(familyColor(data.family));
  const outline = (inset: number) => {
    context.beginPath();
    const part = [x + inset, y + inset, width - 2 * inset, height - 2 * inset] as const;
    if (isRound) context.roundRect(...part, Math.max(0, RADIUS - inset));
    else context.rect(...part);
  };
  if (data.node.muted) {
    context.lineWidth = Math.max(1, 1 / zoom);
    context.setLineDash([4, 3].map((part) => part * context.lineWidth));
    context.strokeStyle = family;
    outline(context.lineWidth / 2);
    context.stroke();
    context.setLineDash(NO_DASH);
  } else {
    context.fillStyle = data.heat ? paint(heatColor(data.heat.part)) : family;
    if (isRound) {
      outline(0);
      context.fill();
    } else context.fillRect(x, y, width, height);
    if (data.heat) ring(family, Math.max(1, 1 / zoom), "inside");
  }
  if (data.problem?.severity === "error") ring(paint("var(--nw-error)"), Math.max(6, 1.5 / zoom), "inside");
  if (data.difference) ring(paint(DIFFERENCE_COLORS[data.difference.change]), Math.max(12, 3 / zoom), "outside");
  if (selected) ring(paint("var(--nw-accent)"), Math.max(3, 2 / zoom), "outside");

  function ring(color: string, thickness: number, side: "inside" | "outside"): void {
    context.strokeStyle = color;
    context.lineWidth = thickness;
    outline(side === "inside" ? thickness / 2 : -thickness / 2);
    context.stroke();
  }
}

function writeType(context: CanvasRenderingContext2D, { data, position }: FlowNode, paint: Paint): void {
  const { node, size, heat, fold, difference } = data;
  const name = fold ? `${fold.nodes[0]} ... ${fold.nodes.at(-1)}` : (blockNameOf(node.type) ?? node.type);
  const words = difference ? `${SIGNS[difference.change]} ${name}` : name;
  context.fillStyle = paint(node.muted ? "var(--nw-text-quiet)" : heat ? "var(--nw-text)" : "var(--nw-surface)");
  const room = size.width - 2 * PADDING;
  context.fillText(shortened(context, words, room), position.x + size.width / 2, position.y + size.height / 2);
}

const fitting = new Map<string, string>();

/** As much of `words` as fits, with an ellipsis where that is not all. */
function shortened(context: CanvasRenderingContext2D, words: string, room: number): string {
  const key = `${context.font} ${room} ${words}`;
  const known = fitting.get(key);
  if (known !== undefined) return known;
  let text = words;
  for (let length = words.length - 1; context.measureText(text).width > room && length > 0; length--) {
    text = `${words.slice(0, length)}…`;
  }
  if (fitting.size > 2000) fitting.clear();
  fitting.set(key, text);
  return text;
}
