import { Button } from "@mantine/core";
import {
  IconBraces,
  IconLayoutSidebar,
  IconLayoutSidebarRight,
  IconListTree,
  IconPlayerPlay,
} from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { CommandIcon, HistoryMenu, useEditor, useEditorStore } from "@/features/editor";
import { NetworkExports } from "@/features/networkExport";
import { ProblemsButton } from "@/features/problems";
import { Totals } from "@/features/totals";
import { WeightsButton } from "@/features/weights";
import { InlineEdit, PageBar, ReasonedIcon } from "@/ui";
import type { Autosave } from "../saving/autosave";
import { SaveNote } from "../saving/SaveNote";
import styles from "./editor.module.css";
import type { DrawerName } from "./useAddress";
import type { Panels } from "./usePanels";

interface EditorBarProps {
  networkId: string;
  autosave: Autosave;
  drawer: DrawerName | null;
  onDrawer: (drawer: DrawerName | null) => void;
  panels: Panels;
  onPanels: (change: Partial<Panels>) => void;
}

/** What is selected and what the address says leave it as it is. */
export const EditorBar = memo(function EditorBar({
  networkId,
  autosave,
  drawer,
  onDrawer,
  panels,
  onPanels,
}: EditorBarProps) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const name = useEditor((state) => state.document.name);
  const toggle = (target: DrawerName) => onDrawer(drawer === target ? null : target);

  return (
    <PageBar>
      <ReasonedIcon
        label={t("editor.palette")}
        aria-pressed={panels.isPaletteOpen}
        onClick={() => onPanels({ isPaletteOpen: !panels.isPaletteOpen })}
      >
        <IconLayoutSidebar size={18} stroke={1.6} aria-hidden />
      </ReasonedIcon>
      <ReasonedIcon
        label={t("nodeTree:show")}
        aria-pressed={panels.isOutlineOpen ?? false}
        data-testid="outline-toggle"
        onClick={() => onPanels({ isOutlineOpen: !panels.isOutlineOpen })}
      >
        <IconListTree size={18} stroke={1.6} aria-hidden />
      </ReasonedIcon>
      <h1 className={styles.name}>
        <InlineEdit label={t("editor.name")} value={name} onChange={(next) => store.getState().setName(next)} />
      </h1>
      <SaveNote autosave={autosave} networkId={networkId} />
      <div className={styles.group}>
        <CommandIcon id="undo" />
        <CommandIcon id="redo" />
        <HistoryMenu />
      </div>
      <div className={styles.grow} />
      <div className={styles.totals}>
        <Totals isOpen={drawer === "costs"} onToggle={() => toggle("costs")} />
      </div>
      <WeightsButton isOpen={drawer === "weights"} onToggle={() => toggle("weights")} />
      <ProblemsButton isOpen={drawer === "problems"} onToggle={() => toggle("problems")} />
      <Button
        variant={drawer === "code" ? "light" : "subtle"}
        color="gray"
        aria-expanded={drawer === "code"}
        aria-label={t("editor.code")}
        leftSection={<IconBraces size={16} aria-hidden />}
        onClick={() => toggle("code")}
        styles={{ label: { color: "var(--nw-text)" } }}
      >
        <span className={styles.codeLabel}>{t("editor.code")}</span>
      </Button>
      <NetworkExports />
      <Button
        aria-expanded={drawer === "train"}
        rightSection={<IconPlayerPlay size={14} aria-hidden />}
        onClick={() => toggle("train")}
      >
        {t("editor.train")}
      </Button>
      <ReasonedIcon
        label={t("editor.inspector")}
        aria-pressed={panels.isInspectorOpen}
        onClick={() => onPanels({ isInspectorOpen: !panels.isInspectorOpen })}
      >
        <IconLayoutSidebarRight size={18} stroke={1.6} aria-hidden />
      </ReasonedIcon>
    </PageBar>
  );
});
