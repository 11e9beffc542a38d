import { Menu } from "@mantine/core";
import { IconCircleOff } from "@tabler/icons-react";
import { useStore } from "zustand";
import { COLORS, type Color } from "@/document";
import { colorCommandId } from "../commands/marks";
import { useCommand } from "../commands/useCommand";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import { markColor } from "../markColor";
import classes from "./Canvas.module.css";

const ON_NODES = [
  ["connect", "detach", "mute"],
  ["group", "openBlock", "unpack", "makeUnique", "saveBlock"],
  ["cut", "copy", "duplicate", "paste", "pasteWired"],
  ["fold", "openFold", "addFrame", "addPoint", "removePoints"],
  ["remove", "removeWithWires"],
];
const ON_CANVAS = [
  ["addHere", "addNote", "addFrame", "paste", "selectAll"],
  ["undo", "redo", "cutWires"],
  ["tidy", "fit", "find"],
  ["leaveBlock", "saveBlock", "openLibrary"],
  ["toggleMinimap", "toggleSnap", "showCommands", "showKeys"],
];

const IN_WINDOW = { flip: false, shift: { crossAxis: true, padding: 8 } };

/** The menu of the right mouse button: the same commands as everywhere. */
export function CanvasMenu() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const dialog = useStore(canvas, (state) => state.dialog);
  if (dialog?.kind !== "menu") return null;
  // A command may have opened a dialog by now: that one stays.
  const close = () => canvas.setState((state) => (state.dialog === dialog ? { dialog: null } : {}));
  const groups = dialog.isOnThings ? ON_NODES : ON_CANVAS;
  return (
    <Menu
      opened
      onClose={close}
      shadow="md"
      position="bottom-start"
      offset={0}
      // It is longer than the room below most cards: it moves up beside the pointer, and scrolls in a low window.
      middlewares={IN_WINDOW}
      withinPortal
      trapFocus
      returnFocus
    >
      <Menu.Target>
        <div className={classes.menuAnchor} style={{ left: dialog.x, top: dialog.y }} />
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {groups.map((ids, index) => (
          <div key={ids[0]}>
            {index > 0 && <Menu.Divider />}
            {ids.map((id) => (
              <MenuCommand key={id} id={id} />
            ))}
          </div>
        ))}
        {dialog.isOnThings && (
          <>
            <Menu.Divider />
            <Menu.Label>{t("color.label")}</Menu.Label>
            {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a menu. */}
            <div className={classes.swatches} role="group" aria-label={t("color.label")}>
              {[...COLORS, null].map((color) => (
                <Swatch key={color} color={color} />
              ))}
            </div>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** A colour for the cards of what is selected: a menu of its own would have to be caught with the pointer. */
function Swatch({ color }: { color: Color | null }) {
  const { label, reason, run } = useCommand(colorCommandId(color));
  return (
    <Menu.Item
      className={classes.swatchItem}
      aria-label={label}
      title={reason ?? label}
      aria-disabled={reason ? true : undefined}
      data-disabled={reason ? true : undefined}
      onClick={run}
    >
      {color === null ? (
        <IconCircleOff size={18} aria-hidden />
      ) : (
        <span className={classes.swatch} style={{ background: markColor(color) }} />
      )}
    </Menu.Item>
  );
}

function MenuCommand({ id }: { id: string }) {
  const { label, keys, icon: Icon, reason, run } = useCommand(id);
  return (
    <Menu.Item
      leftSection={Icon ? <Icon size={16} aria-hidden /> : <span className={classes.noIcon} />}
      rightSection={keys && <kbd className={classes.keys}>{keys}</kbd>}
      aria-disabled={reason ? true : undefined}
      data-disabled={reason ? true : undefined}
      title={reason ?? undefined}
      closeMenuOnClick={!reason}
      onClick={run}
    >
      {label}
    </Menu.Item>
  );
}
