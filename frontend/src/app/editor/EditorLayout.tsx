import { IconX } from "@tabler/icons-react";
import { type CSSProperties, lazy, memo, Suspense, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { loadPart } from "@/api";
import { CodePanel } from "@/features/code";
import { CostsPanel, TimesKeeper } from "@/features/costs";
import { Canvas, CommandPalette, useCanvasStore, useEditor } from "@/features/editor";
import { Inspector } from "@/features/inspector";
import { Palette, QuickAdd } from "@/features/palette";
import { ProblemsPanel } from "@/features/problems";
import { WeightsPanel } from "@/features/weights";
import { givesFocusBack, ReasonedIcon, Splitter, usePageTitle } from "@/ui";
import { ConflictDialog } from "../saving/ConflictDialog";
import type { Drafts } from "../saving/drafts";
import { useAutosave } from "../saving/useAutosave";
import { Drawer } from "./Drawer";
import { EditorBar } from "./EditorBar";
import styles from "./editor.module.css";
import { useAddress, useDrawer } from "./useAddress";
import { useDestinations } from "./useDestinations";
import { OUTLINE_WIDTH, PANEL_LIMITS, usePanels } from "./usePanels";

/** The form comes when it is first opened. */
const TrainDrawer = lazy(() => loadPart(async () => ({ default: (await import("@/features/training")).TrainDrawer })));

/** Its dialogs come when the first of them is opened. */
const LibraryDialogs = lazy(() =>
  loadPart(async () => ({ default: (await import("@/features/library")).LibraryDialogs })),
);

/** Comes when it is first opened. */
const NodeTree = lazy(() => loadPart(async () => ({ default: (await import("@/features/nodeTree")).NodeTree })));

const LinkDialog = lazy(() => loadPart(async () => ({ default: (await import("@/features/links")).LinkDialog })));

// A panel that moves and an address that changes leave them as they are.
const StillPalette = memo(Palette);
const StillCanvas = memo(Canvas);
const StillInspector = memo(Inspector);

/** The training form lies over the inspector and what is beside it: what it covers takes no focus that nobody could see. */
const TRAIN_WIDTH = 420;

const DRAWERS = { problems: ProblemsPanel, costs: CostsPanel, code: CodePanel, weights: WeightsPanel };

/** The editor page: bar, palette, canvas, inspector, and a drawer below. */
export function EditorLayout({ networkId, drafts }: { networkId: string; drafts: Drafts }) {
  const { t } = useTranslation();
  const name = useEditor((state) => state.document.name);
  const autosave = useAutosave(networkId, drafts);
  const [drawer, setDrawer] = useDrawer();
  const [panels, setPanels] = usePanels();
  const [isLinking, setLinking] = useState(false);
  const destinations = useDestinations(
    setDrawer,
    useCallback(() => setPanels({ isOutlineOpen: true }), [setPanels]),
    // What was drawn last is in the link.
    useCallback(() => void autosave.flush().then(() => setLinking(true)), [autosave]),
  );
  const asksLibrary = useStore(
    useCanvasStore(),
    ({ dialog }) => dialog?.kind === "library" || dialog?.kind === "saveBlock",
  );
  // Of the canvas the form covers what it is wider than the inspector.
  const covered = drawer === "train" ? Math.max(0, TRAIN_WIDTH - (panels.isInspectorOpen ? panels.inspector : 0)) : 0;
  usePageTitle(name);
  useAddress();
  useSaveKey(autosave.flush);

  return (
    <div className={styles.root}>
      <EditorBar
        networkId={networkId}
        autosave={autosave}
        drawer={drawer}
        onDrawer={setDrawer}
        panels={panels}
        onPanels={setPanels}
      />
      {asksLibrary && (
        <Suspense>
          <LibraryDialogs />
        </Suspense>
      )}
      {isLinking && (
        <Suspense>
          <LinkDialog id={networkId} name={name} onClose={() => setLinking(false)} />
        </Suspense>
      )}
      <TimesKeeper networkId={networkId} isOpen={drawer === "costs"} />
      <QuickAdd />
      <CommandPalette destinations={destinations} />
      <ConflictDialog networkId={networkId} autosave={autosave} />
      <div className={styles.columns}>
        {panels.isPaletteOpen && (
          <>
            <div className={styles.side} id="palette" style={{ width: panels.palette }}>
              <StillPalette />
            </div>
            <Splitter
              label={t("editor.paletteWidth")}
              axis="x"
              panel="before"
              size={panels.palette}
              {...PANEL_LIMITS.palette}
              onChange={(palette) => setPanels({ palette })}
              onFold={() => setPanels({ isPaletteOpen: false })}
            />
          </>
        )}
        {panels.isOutlineOpen && (
          <>
            <div
              ref={givesFocusBack}
              className={styles.side}
              id="outline"
              style={{ width: panels.outline ?? OUTLINE_WIDTH }}
            >
              <Suspense>
                <NodeTree end={<CloseOutline onClose={() => setPanels({ isOutlineOpen: false })} />} />
              </Suspense>
            </div>
            <Splitter
              label={t("nodeTree:width")}
              axis="x"
              panel="before"
              size={panels.outline ?? OUTLINE_WIDTH}
              {...PANEL_LIMITS.outline}
              onChange={(outline) => setPanels({ outline })}
              onFold={() => setPanels({ isOutlineOpen: false })}
            />
          </>
        )}
        <div className={styles.middle}>
          <div className={styles.canvas} style={{ "--covered": `${covered}px` } as CSSProperties}>
            <StillCanvas />
          </div>
          {drawer !== null && drawer !== "train" && (
            <Drawer
              name={drawer}
              size={panels.drawer}
              onSize={(size) => setPanels({ drawer: size })}
              onClose={() => setDrawer(null)}
              Panel={DRAWERS[drawer]}
            />
          )}
        </div>
        {drawer === "train" && (
          <Suspense>
            <TrainDrawer width={TRAIN_WIDTH} />
          </Suspense>
        )}
        {panels.isInspectorOpen && (
          <div className={styles.covered} inert={drawer === "train" && panels.inspector <= TRAIN_WIDTH}>
            <Splitter
              label={t("editor.inspectorWidth")}
              axis="x"
              panel="after"
              size={panels.inspector}
              {...PANEL_LIMITS.inspector}
              onChange={(inspector) => setPanels({ inspector })}
              onFold={() => setPanels({ isInspectorOpen: false })}
            />
            <div className={styles.side} id="inspector" style={{ width: panels.inspector }}>
              <StillInspector />
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

function CloseOutline({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("nodeTree");
  return (
    <ReasonedIcon label={t("close")} onClick={onClose}>
      <IconX size={16} aria-hidden />
    </ReasonedIcon>
  );
}

/** Ctrl+S saves at once, in place of the browser's "save this page". */
function useSaveKey(save: () => Promise<void>): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      void save();
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [save]);
}
