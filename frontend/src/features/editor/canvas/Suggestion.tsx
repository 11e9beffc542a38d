import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ViewportPortal } from "@xyflow/react";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { followersQuery } from "@/api";
import {
  blockNameOf,
  cardSize,
  freeOutput,
  type PortRef,
  placeAfter,
  portOffset,
  portsAt,
  type Rect,
  typesAfter,
  wirePath,
} from "@/document";
import type { CanvasStore, Suggestion as Suggested } from "../canvasStore";
import { useKeysOf } from "../commands/bindings";
import { keyForPeople } from "../commands/keys";
import { commandById } from "../commands/registry";
import { useCommand } from "../commands/useCommand";
import { useEditor, useEditorContext } from "../context";
import { FamilyIcon } from "../FamilyIcon";
import { useEditorWords } from "../labels";
import type { LevelView } from "./flow";
import classes from "./Suggestion.module.css";

interface SuggestionProps {
  view: LevelView;
  root: RefObject<HTMLDivElement | null>;
  /** Cards or wires are being dragged. */
  isBusy: boolean;
}

/** The layer that most plausibly comes next, as the outline of a card behind the one that is selected. */
export function Suggestion({ view, root, isBusy }: SuggestionProps) {
  const { canvas } = useEditorContext();
  const isOn = useStore(canvas, (state) => state.isSuggesting && !state.isFar && state.dialog === null);
  const isConnecting = useStore(canvas, (state) => state.connection !== null || state.ghost !== null);
  const hasKeyboard = useHasKeyboard(root);
  const found = useFound(view, isOn && hasKeyboard && !isBusy && !isConnecting);
  const suggestion = useStore(canvas, (state) => state.suggestion);
  const at = suggestion?.at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice may need another place
  useLayoutEffect(() => {
    canvas.setState(({ suggestion: shown }) => ({ suggestion: placed(kept(shown, found), view, canvas) }));
  }, [canvas, found, view, at]);
  useShowTaken(suggestion);
  return (
    <>
      {suggestion?.spot && <Picture suggestion={suggestion} view={view} />}
      <Spoken suggestion={suggestion} />
    </>
  );
}

type Found = Pick<Suggested, "from" | "types"> | null;

/** What could come after the one selected node; an empty list while the check has not answered about a node that was just taken. */
function useFound(view: LevelView, isAsked: boolean): Found {
  const { canvas } = useEditorContext();
  const { data: followers } = useQuery({ ...followersQuery, enabled: isAsked });
  const checking = useEditor((state) => state.checking);
  const quietFor = useStore(canvas, (state) => state.quietFor);
  const taken = useStore(canvas, (state) => state.taken);
  const { nodes, edges } = view.selection;
  const anchor = isAsked && nodes.length === 1 && edges.length === 0 ? nodes[0] : undefined;
  const { document, block, path, catalogue, report } = view;
  return useMemo(() => {
    if (anchor === undefined || anchor === quietFor || !followers) return null;
    const from = freeOutput(anchor, { document, block, catalogue });
    if (!from) return null;
    const types = typesAfter(from, { document, path, catalogue, report }, followers);
    if (types) return types.length > 0 ? { from, types } : null;
    const isAwaited = anchor === taken && (checking === "pending" || checking === "slow");
    return isAwaited ? { from, types: NONE_YET } : null;
  }, [anchor, quietFor, followers, document, block, path, catalogue, report, taken, checking]);
}

const NONE_YET: readonly string[] = [];

const samePort = (a: PortRef, b: PortRef) => a.node === b.node && a.port === b.port;

/** The same choice as before, where it is still one. */
function kept(shown: Suggested | null, found: Found): (Found & { at?: number }) | null {
  if (!found || !shown || !samePort(shown.from, found.from)) return found;
  return { ...found, at: Math.max(0, found.types.indexOf(shown.types[shown.at] ?? "")) };
}

function placed(found: (Found & { at?: number }) | null, view: LevelView, canvas: CanvasStore): Suggested | null {
  if (!found) return null;
  const at = found.at ?? 0;
  const place = placeAfter(view, view.positions, found.types[at] ?? "", found.from.node);
  const { taken, view: seen } = canvas.getState();
  const isSeen = place === null || found.from.node === taken || seen?.isInView(place);
  return { ...found, at, place, spot: isSeen ? place : below(found.from.node, view) };
}

/** From a card to what is drawn below it. */
const GAP = 16;

function below(id: string, view: LevelView): Rect {
  const [x, y] = view.positions[id] ?? [0, 0];
  const size = cardSize(portsAt(view, id));
  return { x, y: y + size.height + GAP, ...size };
}

/** Whether the keyboard is on the canvas itself or on a card of it. */
function useHasKeyboard(root: RefObject<HTMLDivElement | null>): boolean {
  const [has, setHas] = useState(false);
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const look = ({ target, type }: FocusEvent) => {
      const isCard = target instanceof Element && target.closest(".react-flow__node") !== null;
      setHas(type === "focusin" && (target === element || isCard));
    };
    element.addEventListener("focusin", look);
    element.addEventListener("focusout", look);
    return () => {
      element.removeEventListener("focusin", look);
      element.removeEventListener("focusout", look);
    };
  }, [root]);
  return has;
}

/** What is suggested after a suggestion that was taken comes into view: it is what the next key takes. */
function useShowTaken(suggestion: Suggested | null): void {
  const { canvas } = useEditorContext();
  const node = suggestion?.from.node;
  useEffect(() => {
    const { taken, suggestion: shown, view } = canvas.getState();
    if (node === undefined || node !== taken || !shown?.place) return;
    view?.showPlace(shown.place);
  }, [canvas, node]);
}

function Picture({ suggestion, view }: { suggestion: Suggested; view: LevelView }) {
  const t = useEditorWords();
  const take = useCommand("takeSuggestion");
  const { from, types, at, place, spot } = suggestion;
  const type = types[at];
  if (!spot) return null;
  const { outputs } = portsAt(view, from.node);
  const [x, y] = view.positions[from.node] ?? [0, 0];
  const index = outputs.findIndex(({ name }) => name === from.port);
  const { width, height } = cardSize(portsAt(view, from.node));
  const begin = { x: x + width, y: y + portOffset(index, outputs.length, height) };
  const end = { x: spot.x, y: spot.y + spot.height / 2 };
  const name = type === undefined ? "" : (blockNameOf(type) ?? type);
  return (
    <ViewportPortal>
      {spot === place && (
        <svg className={classes.wire} aria-hidden>
          <path d={wirePath(begin, end, null).path} />
        </svg>
      )}
      <div
        className={classes.frame}
        data-testid="suggestion"
        data-type={type}
        style={{ transform: `translate(${spot.x}px, ${spot.y}px)`, width: spot.width }}
      >
        <div className={classes.card} style={{ height: spot.height }}>
          {type === undefined ? (
            <span>{t("suggestion.waiting")}</span>
          ) : (
            <>
              <FamilyIcon family={view.catalogue.get(type)?.family ?? "block"} />
              <strong>{name}</strong>
              <button
                type="button"
                className={`${classes.add} nodrag nopan`}
                tabIndex={-1}
                aria-label={t("suggestion.add", { type: name })}
                title={t("suggestion.add", { type: name })}
                // The keyboard stays on the canvas: without it nothing is suggested.
                onMouseDown={(event) => event.preventDefault()}
                onClick={take.run}
              >
                <IconPlus size={14} aria-hidden />
              </button>
            </>
          )}
        </div>
        {type !== undefined && <Keys numTypes={types.length} />}
      </div>
    </ViewportPortal>
  );
}

/** Which keys take it, change it and let go of it. */
function Keys({ numTypes }: { numTypes: number }) {
  const t = useEditorWords();
  const words = useKeyWords(numTypes);
  return (
    <div className={classes.keys} aria-hidden>
      {words.map(({ key, what }) => (
        <span key={what}>
          <kbd>{key}</kbd> {t(`suggestion.${what}`)}
        </span>
      ))}
    </div>
  );
}

function useKeyWords(numTypes: number) {
  const keys = {
    take: useKeysOf(commandById("takeSuggestion"))[0],
    other: useKeysOf(commandById("otherSuggestion"))[0],
    hide: useKeysOf(commandById("hideSuggestion"))[0],
  };
  return (["take", "other", "hide"] as const).flatMap((what) => {
    const key = keys[what];
    if (key === undefined || (what === "other" && numTypes < 2)) return [];
    return [{ what, key: keyForPeople(key) }];
  });
}

/** The same for a screen reader. */
function Spoken({ suggestion }: { suggestion: Suggested | null }) {
  const t = useEditorWords();
  const words = useKeyWords(suggestion?.types.length ?? 0);
  const type = suggestion?.types[suggestion.at];
  const said =
    suggestion && type !== undefined
      ? [
          t("suggestion.said", { type: blockNameOf(type) ?? type, id: suggestion.from.node }),
          ...words.map(({ key, what }) => t("suggestion.key", { key, what: t(`suggestion.${what}`) })),
        ].join(" ")
      : "";
  return (
    <div className={classes.spoken} aria-live="polite">
      {said}
    </div>
  );
}
