import { useStore } from "zustand";
import { ReasonedIcon } from "@/ui";
import { useCommand } from "../commands/useCommand";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** The view's buttons in the corner of the canvas. */
export function CanvasControls() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const isMinimapShown = useStore(canvas, (state) => state.isMinimapShown);
  const isSnapping = useStore(canvas, (state) => state.isSnapping);
  const isSuggesting = useStore(canvas, (state) => state.isSuggesting);
  const isTidying = useStore(canvas, (state) => state.isTidying);
  return (
    <div className={classes.controls} role="toolbar" aria-label={t("canvas.controls")}>
      <CommandIcon id="zoomOut" />
      <CommandIcon id="zoomIn" />
      <CommandIcon id="fit" />
      <CommandIcon id="tidy" isBusy={isTidying} />
      <CommandIcon id="toggleSnap" isPressed={isSnapping} />
      <CommandIcon id="toggleSuggestions" isPressed={isSuggesting} />
      <CommandIcon id="toggleMinimap" isPressed={isMinimapShown} />
    </div>
  );
}

export interface CommandIconProps {
  id: string;
  /** For commands that switch something on and off. */
  isPressed?: boolean;
  isBusy?: boolean;
}

/** A command as a button with its icon; grey with the reason where it cannot be done. */
export function CommandIcon({ id, isPressed, isBusy = false }: CommandIconProps) {
  const { label, keys, icon: Icon, reason, run } = useCommand(id);
  return (
    <ReasonedIcon
      label={label}
      {...(keys === undefined ? {} : { keys })}
      reason={isBusy ? null : reason}
      loading={isBusy}
      onClick={run}
      aria-pressed={isPressed}
      data-testid={`command-${id}`}
      {...(isPressed ? { variant: "light", color: "accent" } : {})}
    >
      {Icon && <Icon size={18} aria-hidden />}
    </ReasonedIcon>
  );
}
