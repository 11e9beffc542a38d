import { useClickOutside } from "@mantine/hooks";
import { useLayoutEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { CARD_WIDTH, type Fit, fitsOf, resolveLevel } from "@/document";
import {
  type CanvasState,
  FamilyIcon,
  type Translate,
  useCanvasStore,
  useEditorStore,
  useEditorWords,
} from "@/features/editor";
import { Picker, type PickerItem } from "@/ui";
import { LIBRARY, type PaletteItem, rankPalette, recentItems } from "./items";
import classes from "./QuickAdd.module.css";
import { usePlace } from "./useAdd";
import { describe, useItems } from "./useItems";

type AddDialog = Extract<CanvasState["dialog"], { kind: "add" }>;

/** The search at the pointer: what is chosen is put there, joined to the wire that was dropped or into the one below. */
export function QuickAdd() {
  const dialog = useStore(useCanvasStore(), (state) => state.dialog);
  if (dialog?.kind !== "add") return null;
  return <Search key={`${dialog.client.x},${dialog.client.y}`} dialog={dialog} />;
}

interface Line extends PickerItem {
  item: PaletteItem;
}

/** From a card's upper edge to where a wire meets it. */
const MIDDLE = 30;

function Search({ dialog }: { dialog: AddDialog }) {
  const t = useEditorWords();
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const place = usePlace();
  const items = useItems();
  const [query, setQuery] = useState("");
  const [recent] = useState(recentItems.list);
  const [fitOf] = useState(() => fitsOfDialog(dialog, store.getState()));
  const lines = useMemo(() => linesFor(items, query, recent, fitOf, t), [items, query, recent, fitOf, t]);
  const close = () => {
    canvas.setState((state) => (state.dialog === dialog ? { dialog: null } : {}));
    canvas.getState().view?.focus();
  };
  const frame = useClickOutside<HTMLDivElement>(close);
  useKeepInWindow(frame, dialog.client);

  function add({ item }: Line): void {
    close();
    const { view } = canvas.getState();
    if (!view) return;
    const [x, y] = view.toCanvas(dialog.client);
    // The end of a wire that was drawn backwards is the new card's right side.
    const left = dialog.wire ? (dialog.wire.kind === "source" ? 0 : CARD_WIDTH) : CARD_WIDTH / 2;
    place(item, ({ type, ...bring }) => {
      const id = store.getState().addNode(type, {
        ...bring,
        ...(dialog.after === undefined ? { position: [x - left, y - MIDDLE] } : { after: dialog.after }),
        ...(dialog.wire ? { wire: dialog.wire } : {}),
        ...(dialog.into ? { into: dialog.into } : {}),
      });
      canvas.setState({ notice: { key: "notice.added", values: { id } } });
      canvas.getState().view?.reveal(id);
    });
  }

  const title = titleOf(dialog, t);
  return (
    <div ref={frame} role="dialog" aria-label={title} className={classes.frame} data-testid="quick-add">
      <div className={classes.title}>{title}</div>
      <Picker
        label={t("quickAdd.search")}
        placeholder={t("quickAdd.search")}
        query={query}
        onQuery={setQuery}
        items={lines}
        onPick={add}
        onClose={close}
        nothing={t(dialog.wire && query === "" ? "quickAdd.nothingFits" : "palette.none", { query })}
        describe={({ item }) => <p>{describe(item, t)}</p>}
      />
    </div>
  );
}

function titleOf({ wire, into }: AddDialog, t: Translate): string {
  if (wire) return t(wire.kind === "source" ? "quickAdd.after" : "quickAdd.before", { id: wire.from.node });
  return into ? t("quickAdd.into", { source: into.source, target: into.target }) : t("quickAdd.here");
}

type State = ReturnType<ReturnType<typeof useEditorStore>["getState"]>;

/** How well each type goes with the wire; null where there is none. */
function fitsOfDialog({ wire }: AddDialog, state: State): ((type: string) => Fit) | null {
  if (!wire) return null;
  const { block, path } = resolveLevel(state.document, state.level);
  const level = { document: state.document, block, catalogue: state.catalogue };
  return fitsOf(wire, level, path, state.report);
}

/** What fits first, then what would need a repair, each the best match first. */
function linesFor(
  items: readonly PaletteItem[],
  query: string,
  recent: readonly string[],
  fitOf: ((type: string) => Fit) | null,
  t: Translate,
): Line[] {
  const ranked = rankPalette(items, query, recent);
  const graded = ranked.map((item) => ({ item, fit: fitOf && item.family !== LIBRARY ? fitOf(item.type) : "fits" }));
  const fitting = graded.filter(({ fit }) => fit === "fits");
  const others = graded.filter(({ fit }) => fit === "mismatch");
  const line = ({ item }: { item: PaletteItem }, heading?: string): Line => ({
    id: item.type,
    name: item.name,
    detail: item.familyName,
    icon: <FamilyIcon family={item.family === LIBRARY ? "block" : item.family} />,
    heading,
    item,
  });
  return [
    ...fitting.map((entry) => line(entry)),
    ...others.map((entry, at) => line(entry, at === 0 ? t("quickAdd.needsRepair") : undefined)),
  ];
}

const MARGIN = 8;

/** Places the frame at the point, moved as far as the window asks. */
function useKeepInWindow(frame: React.RefObject<HTMLDivElement | null>, { x, y }: { x: number; y: number }): void {
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.max(MARGIN, Math.min(x, window.innerWidth - width - MARGIN));
    const top = Math.max(MARGIN, Math.min(y, window.innerHeight - height - MARGIN));
    element.style.transform = `translate(${left}px, ${top}px)`;
  }, [frame, x, y]);
}
