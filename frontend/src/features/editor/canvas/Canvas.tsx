import "@xyflow/react/dist/base.css";
import { type NodeChange, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { type MouseEvent, memo, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { GRID } from "@/document";
import { leadThrough } from "../commands/ways";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";
import { CanvasControls } from "./CanvasControls";
import { CanvasMenu } from "./CanvasMenu";
import { ConnectDialog } from "./ConnectDialog";
import { ConnectionHint } from "./ConnectionHint";
import { Dots } from "./Dots";
import { DragPicture } from "./DragPicture";
import { EmptyCanvas } from "./EmptyCanvas";
import { FarLayer } from "./FarLayer";
import { FindPanel } from "./FindPanel";
import { FoldCard } from "./FoldCard";
import { createNodeBuilder, type FlowEdge, type FlowNode, type LevelView } from "./flow";
import { createEdgeBuilder } from "./flowEdges";
import { GroupDialog } from "./GroupDialog";
import { isGround } from "./ground";
import { KeysDialog } from "./KeysDialog";
import { LevelTrail } from "./LevelTrail";
import { MarksLayer } from "./MarksLayer";
import { NodeCard } from "./NodeCard";
import { Notices } from "./Notices";
import { Overview } from "./Overview";
import { PassingWires } from "./PassingWires";
import { ShapeHint } from "./ShapeHint";
import { Suggestion } from "./Suggestion";
import { UnpackDialog } from "./UnpackDialog";
import { useCanvasView } from "./useCanvasView";
import { useConnecting } from "./useConnecting";
import { CutStroke, useCutting } from "./useCutting";
import { useDragging } from "./useDragging";
import { useDrawn, useReactFlowEdges } from "./useFarWires";
import { useKeepsFocus } from "./useKeepsFocus";
import { useKeyboard } from "./useKeyboard";
import { useLevelView } from "./useLevelView";
import { useMenu } from "./useMenu";
import { useRefit } from "./useRefit";
import { useSelecting } from "./useSelecting";
import { useShowOpenedLevel } from "./useShowOpenedLevel";
import { FAR_ZOOM } from "./viewport";
import { Wire } from "./Wire";

const NODE_TYPES = { card: NodeCard, fold: FoldCard };
const EDGE_TYPES = { wire: Wire };
const SNAP: [number, number] = [GRID, GRID];
const DELETE_NOTHING = null;

/** The drawing: the open level of the document, and everything one can do to it with mouse and keyboard. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  );
}

function Drawing() {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const root = useRef<HTMLDivElement>(null);
  const level = useRef<LevelView | null>(null);
  const dragging = useDragging(level);
  const { dragged, onPositions } = dragging;
  const view = useLevelView(dragged);
  level.current = view;
  const [buildNodes] = useState(createNodeBuilder);
  const [buildEdges] = useState(createEdgeBuilder);
  const nodes = buildNodes(view);
  const edges = buildEdges(view, dragged !== null);
  const isFar = useStore(canvas, (state) => state.isFar);
  const isFarForAWhile = useDeferredValue(isFar);
  const drawn = useDrawn(nodes, edges);
  const flowEdges = useReactFlowEdges(root, edges, view.selection);
  const connecting = useConnecting(view);
  const selecting = useSelecting(nodes, edges, isFar);
  const isSnapping = useStore(canvas, (state) => state.isSnapping);
  const isMinimapShown = useStore(canvas, (state) => state.isMinimapShown);
  useCanvasView(root, drawn);
  useKeyboard(root);
  useKeepsFocus(root, nodes);
  useShowOpenedLevel(root);
  useRefit(root);
  const line = useCutting(root, drawn);
  const isReadOnly = useStore(store, (state) => state.isReadOnly);
  const isKnifeOut = useStore(canvas, (state) => state.isKnifeOut);

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      selecting.onNodesChange(changes);
      onPositions(changes);
    },
    [selecting, onPositions],
  );
  const onNodeDoubleClick = useCallback(
    (_event: MouseEvent, { data }: FlowNode) => {
      if (data.fold) store.getState().openFold(data.fold.id);
      else store.getState().openNode(data.node.id);
    },
    [store],
  );
  const onMove = useCallback(
    (_event: unknown, { zoom }: { zoom: number }) => {
      const isFar = zoom < FAR_ZOOM;
      if (isFar !== canvas.getState().isFar) canvas.setState({ isFar });
    },
    [canvas],
  );
  const onDoubleClick = useCallback(
    (event: MouseEvent) => {
      if (!(event.target instanceof Element && isGround(event.target)) || store.getState().isReadOnly) return;
      const client = { x: event.clientX, y: event.clientY };
      const { view: seen } = canvas.getState();
      const into = seen?.edgeAt(client) ?? null;
      if (into && (event.ctrlKey || event.metaKey)) {
        const ends = seen?.endsOf(into);
        if (seen && ends)
          leadThrough({ state: store.getState(), store, canvas }, { edge: into, ends, at: seen.toCanvas(client) });
        return;
      }
      canvas.setState({ dialog: { kind: "add", client, wire: null, into } });
    },
    [store, canvas],
  );
  const forgetMark = useCallback(() => canvas.setState({ mark: null, isWriting: false }), [canvas]);
  const hovering = useMemo(
    () => ({
      onEnter: ({ clientX, clientY, buttons }: MouseEvent, { data }: FlowEdge) => {
        if (data && buttons === 0) canvas.setState({ hovered: { edge: data.edge, x: clientX, y: clientY } });
      },
      onLeave: () => canvas.setState({ hovered: null }),
    }),
    [canvas],
  );
  const openMenu = useMenu();
  // React Flow would explain keys that it does not have here, in English.
  const ariaLabels = useMemo(
    () => ({ "node.a11yDescription.default": t("canvas.help"), "edge.a11yDescription.default": t("canvas.help") }),
    [t],
  );

  return (
    <div
      ref={root}
      role="application"
      aria-label={t("canvas.label")}
      aria-describedby="canvas-help"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the application role takes the keyboard.
      tabIndex={0}
      className={classes.canvas}
      data-testid="canvas"
      data-knife={isKnifeOut || undefined}
      onDoubleClick={onDoubleClick}
    >
      <ReactFlow<FlowNode, FlowEdge>
        nodes={nodes}
        edges={flowEdges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={selecting.onEdgesChange}
        onNodeDoubleClick={onNodeDoubleClick}
        onPaneClick={forgetMark}
        onEdgeMouseEnter={hovering.onEnter}
        onEdgeMouseLeave={hovering.onLeave}
        onNodeDrag={dragging.onDrag}
        onPaneContextMenu={openMenu.onPane}
        onNodeContextMenu={openMenu.onNode}
        onEdgeContextMenu={openMenu.onEdge}
        onSelectionContextMenu={openMenu.onSelection}
        onMove={onMove}
        {...connecting}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        // Far out cards have no look of their own: what comes into view while one zooms need not be made first.
        onlyRenderVisibleElements={!isFarForAWhile}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={DELETE_NOTHING}
        snapToGrid={isSnapping}
        snapGrid={SNAP}
        connectionRadius={24}
        connectOnClick={false}
        zoomOnDoubleClick={false}
        elevateNodesOnSelect={false}
        minZoom={0.05}
        maxZoom={2}
        proOptions={HIDE_NAME}
        ariaLabelConfig={ariaLabels}
      >
        <Dots />
        <MarksLayer level={level} onShift={dragging.setDragged} />
        {isFar && <FarLayer drawn={drawn.current} />}
        <Suggestion view={view} root={root} isBusy={dragged !== null} />
        {!isFar && <PassingWires nodes={nodes} edges={edges} />}
        {isMinimapShown && <Overview nodes={nodes} />}
      </ReactFlow>
      <LevelTrail />
      <Controls />
      {nodes.length === 0 && <EmptyCanvas />}
      <CutStroke line={line} />
      <Overlays />
      <p id="canvas-help" hidden>
        {t("canvas.help")}
      </p>
    </div>
  );
}

/** What stands over the drawing and asks the stores itself: moving a card does not concern it. */
const Overlays = memo(function Overlays() {
  return (
    <>
      <ConnectionHint />
      <DragPicture />
      <ShapeHint />
      <Notices />
      <CanvasMenu />
      <ConnectDialog />
      <GroupDialog />
      <UnpackDialog />
      <KeysDialog />
      <FindPanel />
    </>
  );
});

const Controls = memo(CanvasControls);

/** React Flow is MIT-licensed and named in the page's licences; its mark would stand on every drawing. */
const HIDE_NAME = { hideAttribution: true };
