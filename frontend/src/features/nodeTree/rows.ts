/** What the outline says of the open level: its nodes in the order of the data, with what goes in, what comes out and what is wrong. */
import {
  type Catalogue,
  type CheckReport,
  type Document,
  dataOrder,
  type Edge,
  endsOf,
  type Folded,
  type LevelPath,
  portsAt,
  problemsWithin,
  reportAt,
  resolveLevel,
} from "@/document";
import { formatShape } from "@/ui";

export interface InputLine {
  port: string;
  isOptional: boolean;
  /** The wires into it, with what they bring where that is known. */
  wires: { edge: Edge; source: string; shape: string }[];
}

export interface OutputLine {
  port: string;
  shape: string;
  targets: string[];
}

export interface NodeLine {
  id: string;
  type: string;
  isMuted: boolean;
  /** What comes out of it, of all outputs. */
  shape: string;
  inputs: InputLine[];
  outputs: OutputLine[];
  problems: { severity: string; message: string }[];
}

export interface Here {
  document: Document;
  catalogue: Catalogue;
  report: CheckReport | null;
  path: LevelPath;
}

/** Makes the lines; one in which nothing changed is the same object as before, so that it is not drawn again. */
export function createLineBuilder(): (here: Here) => NodeLine[] {
  let known = new Map<string, { text: string; line: NodeLine }>();
  return (here) => {
    const next = new Map<string, { text: string; line: NodeLine }>();
    const lines = linesOf(here).map((line) => {
      const text = JSON.stringify(line);
      const before = known.get(line.id);
      const kept = before?.text === text ? before : { text, line };
      next.set(line.id, kept);
      return kept.line;
    });
    known = next;
    return lines;
  };
}

function linesOf({ document, catalogue, report, path }: Here): NodeLine[] {
  const here = resolveLevel(document, path);
  const level = { document, block: here.block, catalogue };
  const nodes = new Map(here.block.nodes.map((node) => [node.id, node]));
  const shapeOf = (id: string, port: string) => {
    const tensor = reportAt(report, here.path, id)?.outputs?.[port];
    return tensor ? formatShape(tensor.shape) : "";
  };
  const wires = here.block.edges.map((edge) => ({ edge, ...endsOf(edge, level) }));
  return dataOrder(here.block).flatMap((id): NodeLine[] => {
    const node = nodes.get(id);
    if (!node) return [];
    const ports = portsAt(level, id);
    const inputs = ports.inputs.map(({ name, optional }): InputLine => {
      const own = wires.filter(({ target }) => target.node === id && target.port === name);
      return {
        port: name,
        isOptional: optional,
        wires: own.map(({ edge, source }) => ({ edge, source: source.node, shape: shapeOf(source.node, source.port) })),
      };
    });
    const outputs = ports.outputs.map(({ name }): OutputLine => {
      const own = wires.filter(({ source }) => source.node === id && source.port === name);
      return { port: name, shape: shapeOf(id, name), targets: own.map(({ target }) => target.node) };
    });
    const own = report?.problems.filter((problem) => problem.block === here.blockName && problem.node === id) ?? [];
    const inside = problemsWithin(node, { document, path: here.path, report });
    return [
      {
        id,
        type: node.type,
        isMuted: node.muted,
        shape: [...new Set(outputs.map(({ shape }) => shape).filter(Boolean))].join(", "),
        inputs,
        outputs,
        problems: [...own, ...inside].map(({ severity, message }) => ({ severity, message })),
      },
    ];
  });
}

/** A line of the tree that can have the keyboard. */
export type TreeItem =
  | { key: string; kind: "node"; node: string; line: NodeLine }
  /** What is folded to one card: `node` is the first of them. */
  | { key: string; kind: "fold"; node: string; fold: Folded }
  | { key: string; kind: "input"; node: string; port: string; source: string; shape: string; edge: Edge | null }
  | { key: string; kind: "output"; node: string; port: string; shape: string; targets: string }
  | { key: string; kind: "problem"; node: string; severity: string; message: string };

export const keyOfNode = (id: string) => `node ${id}`;

export const isTop = (item: TreeItem): boolean => item.kind === "node" || item.kind === "fold";

/** What hangs below a node that is unfolded. */
export function itemsBelow(line: NodeLine): TreeItem[] {
  const node = line.id;
  const inputs = line.inputs.flatMap(({ port, wires }): TreeItem[] => {
    const common = { kind: "input" as const, node, port };
    if (wires.length === 0) return [{ ...common, key: `in ${node} ${port}`, source: "", shape: "", edge: null }];
    // The first wire has the key of the empty input: the line stays, with the keyboard, when the wire goes or comes.
    return wires.map((wire, at) => ({
      ...common,
      key: at === 0 ? `in ${node} ${port}` : `in ${node} ${port} ${at}`,
      ...wire,
    }));
  });
  const outputs = line.outputs.map(({ port, shape, targets }): TreeItem => {
    return { key: `out ${node} ${port}`, kind: "output", node, port, shape, targets: targets.join(", ") };
  });
  const problems = line.problems.map(({ severity, message }, at): TreeItem => {
    return { key: `problem ${node} ${at}`, kind: "problem", node, severity, message };
  });
  return [...problems, ...inputs, ...outputs];
}
