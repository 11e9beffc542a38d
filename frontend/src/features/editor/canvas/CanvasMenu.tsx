import { Menu } from "@mantine/core";
import { IconPalette } from "@tabler/icons-react";
import { useStore } from "zustand";
import { useCommand } from "../commands/useCommand";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

const ON_NODES = [
  ["connect", "detach", "mute"],
  ["group", "openBlock", "unpack", "makeUnique", "saveBlock"],
  ["cut", "copy", "duplicate", "paste", "pasteWired"],
  ["fold", "openFold", "addFrame", "addPoint", "removePoints"],
  ["remove", "removeWithWires"],
];
const COLORS = ["colorBlue", "colorOrange", "colorGreen", "colorViolet", "colorPink", "colorGrey", "colorNone"];
const ON_CANVAS = [
  ["addHere", "addNote", "addFrame", "paste", "selectAll"],
  ["undo", "redo", "cutWires"],
  ["tidy", "fit", "find"],
  ["leaveBlock", "saveBlock", "openLibrary"],
  ["toggleMinimap", "toggleSnap", "showCommands", "showKeys"],
];

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
    <Menu opened onClose={close} shadow="md" position="bottom-start" offset={0} withinPortal trapFocus returnFocus>
      <Menu.Target>
        <div className={classes.menuAnchor} style={{ left: dialog.x, top: dialog.y }} />
      </Menu.Target>
      <Menu.Dropdown>
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
            <Menu.Sub>
              <Menu.Sub.Target>
                <Menu.Sub.Item leftSection={<IconPalette size={16} aria-hidden />}>{t("color.label")}</Menu.Sub.Item>
              </Menu.Sub.Target>
              <Menu.Sub.Dropdown>
                {COLORS.map((id) => (
                  <MenuCommand key={id} id={id} />
                ))}
              </Menu.Sub.Dropdown>
            </Menu.Sub>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
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
