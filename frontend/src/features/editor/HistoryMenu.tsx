import { Menu } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { ReasonedIcon } from "@/ui";
import { useEditor, useEditorStore } from "./context";
import classes from "./HistoryMenu.module.css";
import { say, useEditorWords } from "./labels";

/** The steps that were taken, the last one first, to go to any of them; what was undone stays in the list. */
export function HistoryMenu() {
  const t = useEditorWords();
  const isEmpty = useEditor((state) => state.history.entries.length === 0);
  const reason = isEmpty ? t("reason.nothingToUndo") : null;
  return (
    <Menu position="bottom-start" shadow="md" withinPortal disabled={reason !== null}>
      <Menu.Target>
        <ReasonedIcon label={t("history.label")} reason={reason} data-testid="history">
          <IconHistory size={18} aria-hidden />
        </ReasonedIcon>
      </Menu.Target>
      <Menu.Dropdown className={classes.steps} aria-label={t("history.label")}>
        <Steps />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Is there while the menu is open, so that an edit does not write a list that nobody sees. */
function Steps() {
  const t = useEditorWords();
  const store = useEditorStore();
  const { entries, position } = useEditor((state) => state.history);
  const steps = [t("history.opened"), ...entries.map(({ label }) => say(t, label))];
  return steps
    .map((step, at) => (
      <Menu.Item
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place among the steps.
        key={at}
        aria-current={at === position ? "step" : undefined}
        data-undone={at > position || undefined}
        data-autofocus={at === position || undefined}
        className={classes.step}
        onClick={() => store.getState().jumpTo(at)}
      >
        {step}
      </Menu.Item>
    ))
    .reverse();
}
