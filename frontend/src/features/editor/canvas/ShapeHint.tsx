import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { endsOf, originsOf, portsAt, reportAt, reportPrefix } from "@/document";
import { formatShape } from "@/ui";
import type { CanvasState } from "../canvasStore";
import { hereOf } from "../commands/command";
import { useEditorContext } from "../context";
import { type Translate, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** How long the pointer must rest on a wire before its shape is explained. */
const REST_MS = 350;

/** Explains the shape on the wire below the pointer: what each axis is, and which node and setting its size comes from. */
export function ShapeHint() {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const hovered = useStore(canvas, (state) => state.hovered);
  const [said, setSaid] = useState<{ of: typeof hovered; lines: string[] } | null>(null);
  useEffect(() => {
    if (!hovered) return;
    const timer = setTimeout(() => setSaid({ of: hovered, lines: explain(hovered, store.getState(), t) }), REST_MS);
    return () => clearTimeout(timer);
  }, [hovered, store, t]);
  if (!hovered || said?.of !== hovered || said.lines.length === 0) return null;
  const [shape, ...origins] = said.lines;
  return (
    <div
      className={classes.hint}
      role="tooltip"
      style={{ transform: `translate(${hovered.x + 16}px, ${hovered.y + 16}px)` }}
      data-testid="shape-hint"
    >
      <strong>{shape}</strong>
      {origins.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

type State = Parameters<typeof hereOf>[0];

function explain({ edge }: NonNullable<CanvasState["hovered"]>, state: State, t: Translate): string[] {
  const { block, path } = hereOf(state);
  const level = { document: state.document, block, catalogue: state.catalogue };
  const { source } = endsOf(edge, level);
  const tensor = reportAt(state.report, path, source.node)?.outputs?.[source.port];
  if (!tensor) return [];
  const axes = portsAt(level, source.node).outputs.find(({ name }) => name === source.port)?.axes ?? "";
  const origins = originsOf(edge, level, state.report, reportPrefix(state.report, path)).map(
    ({ size, node, setting }) =>
      setting === null ? t("shape.from", { size, node }) : t("shape.fromSetting", { size, node, setting }),
  );
  return [[formatShape(tensor.shape), axes, tensor.dtype].filter(Boolean).join("   "), ...new Set(origins)];
}
