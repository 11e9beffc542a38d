import type { FinalConnectionState, IsValidConnection, OnConnectStart } from "@xyflow/react";
import { useCallback, useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { bestPort, judgeAll, meantPort, type PortRef, reportPrefix, type Verdict } from "@/document";
import type { CanvasStore, Over, PendingConnection } from "../canvasStore";
import { useEditorContext } from "../context";
import type { FlowEdge, LevelView } from "./flow";
import { isGround } from "./ground";

/** The verdict on the port (or the whole node) under the pointer, and the port it would go to. */
export function verdictOver(
  connection: PendingConnection,
  over: Pick<Over, "node" | "port"> | null,
): { port: string; verdict: Verdict } | null {
  if (!over) return null;
  const own = connection.verdicts.get(over.node);
  const exact = over.port === null ? undefined : own?.get(over.port);
  return exact && over.port !== null ? { port: over.port, verdict: exact } : bestPort(own);
}

/**
 * The nodes of a fold's card that a wire dropped on it could go to: those with a free port that fits, else those where it takes
 * another wire's place, else those that need a repair. None where it can go to no node of it.
 */
export function nodesWithin(connection: PendingConnection, folded: readonly string[]): readonly string[] {
  const found = folded.flatMap((node) => {
    const verdict = node === connection.from.node ? null : bestPort(connection.verdicts.get(node))?.verdict;
    return verdict?.legal ? [{ node, rank: (verdict.fits ? 0 : 2) + (verdict.replaces ? 1 : 0) }] : [];
  });
  const best = Math.min(...found.map(({ rank }) => rank));
  return found.filter(({ rank }) => rank === best).map(({ node }) => node);
}

/** A drop on a fold's card: the one node of it that is meant, or a choice of several; why not where there is none. */
function dropOnFold(canvas: CanvasStore, connection: PendingConnection, folded: readonly string[]): string | null {
  const among = nodesWithin(connection, folded);
  const { node, port } = connection.from;
  const end = connection.kind === "source" ? { output: port } : { input: port };
  if (among.length > 1) canvas.setState({ dialog: { kind: "connect", node, among, ...end } });
  if (among.length === 0) canvas.setState({ notice: { key: "connect.noneFolded" } });
  return among.length === 1 ? (among[0] ?? null) : null;
}

/** Drawing wires: what is legal is worked out once, when the drag starts. */
export function useConnecting(view: LevelView) {
  const { store, canvas } = useEditorContext();
  const isConnecting = useStore(canvas, (state) => state.connection !== null);
  useEffect(() => (isConnecting ? followPointer(canvas) : undefined), [isConnecting, canvas]);
  useEffect(() => {
    // The check may answer while the wire is being drawn.
    const { connection } = canvas.getState();
    if (connection) canvas.setState({ connection: { ...connection, verdicts: judge(connection, view) } });
  }, [view, canvas]);

  const onConnectStart: OnConnectStart = useCallback(
    (_event, { nodeId, handleId, handleType }) => {
      if (!nodeId || handleId === null || !handleType) return;
      const from: PortRef = meantPort({ node: nodeId, port: handleId });
      const verdicts = judge({ from, kind: handleType }, view);
      canvas.setState({ connection: { from, kind: handleType, verdicts }, over: null });
    },
    [view, canvas],
  );

  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, end: FinalConnectionState) => {
      const { connection, over } = canvas.getState();
      canvas.setState({ connection: null, over: null });
      if (!connection) return;
      const snapped = end.toHandle?.id ? meantPort({ node: end.toHandle.nodeId, port: end.toHandle.id }) : null;
      const within = !snapped && over?.folded && over.port === null ? over.folded : null;
      const chosen = within ? dropOnFold(canvas, connection, within) : null;
      if (within && chosen === null) return;
      const target = snapped ?? (chosen === null ? over : { node: chosen, port: null });
      const found = verdictOver(connection, target);
      const client = pointOf(event);
      if (!target && isGround(document.elementFromPoint(client.x, client.y))) {
        const { from, kind } = connection;
        canvas.setState({ dialog: { kind: "add", client, wire: { from, kind }, into: null } });
        return;
      }
      if (!target || !found || target.node === connection.from.node) return;
      if (!found.verdict.legal) {
        canvas.setState({ notice: found.verdict.reason });
        return;
      }
      const to = { node: target.node, port: found.port };
      const [source, sink] = connection.kind === "source" ? [connection.from, to] : [to, connection.from];
      store.getState().connect(source, sink);
    },
    [store, canvas],
  );

  const isValidConnection: IsValidConnection<FlowEdge> = useCallback(
    ({ source, target, sourceHandle, targetHandle }) => {
      const { connection } = canvas.getState();
      if (!connection) return false;
      const [card, handle] = connection.kind === "source" ? [target, targetHandle] : [source, sourceHandle];
      const { node, port } = meantPort({ node: card, port: handle ?? "" });
      return connection.verdicts.get(node)?.get(port)?.legal ?? false;
    },
    [canvas],
  );

  return useMemo(
    () => ({ onConnectStart, onConnectEnd, isValidConnection }),
    [onConnectStart, onConnectEnd, isValidConnection],
  );
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const { clientX, clientY } = "changedTouches" in event ? lastTouch(event) : event;
  return { x: clientX, y: clientY };
}

/** A touch that ends has gone: only the changed ones know where it was. */
function lastTouch(event: TouchEvent): { clientX: number; clientY: number } {
  return event.changedTouches[0] ?? { clientX: 0, clientY: 0 };
}

function judge({ from, kind }: Pick<PendingConnection, "from" | "kind">, view: LevelView) {
  return judgeAll(from, kind, view, view.report, reportPrefix(view.report, view.path));
}

/** Keeps `over` up to date while a wire is drawn; returns what ends it. */
function followPointer(canvas: CanvasStore): () => void {
  const onMove = (event: PointerEvent) => {
    const element = document
      .elementFromPoint(event.clientX, event.clientY)
      ?.closest<HTMLElement>("[data-node], [data-folded]");
    const folded = element?.closest<HTMLElement>("[data-folded]")?.dataset.folded?.split(" ") ?? null;
    const node = element?.dataset.node ?? folded?.[0];
    const port = element?.dataset.port ?? null;
    const { over } = canvas.getState();
    if (node === over?.node && port === (over?.port ?? null)) return;
    canvas.setState({ over: node === undefined ? null : { node, port, folded } });
  };
  window.addEventListener("pointermove", onMove);
  return () => window.removeEventListener("pointermove", onMove);
}
