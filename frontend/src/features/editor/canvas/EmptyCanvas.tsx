import { useCommand } from "../commands/useCommand";
import { useEditor } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** What to do first. It lets the pointer through: things can be dropped on it. */
export function EmptyCanvas() {
  const t = useEditorWords();
  const isBlock = useEditor((state) => state.level.length > 0);
  const { run, reason } = useCommand("addNode");
  return (
    <div className={classes.empty}>
      <h2>{t(isBlock ? "empty.blockTitle" : "empty.title")}</h2>
      <p>{t("empty.body")}</p>
      {!reason && (
        <button type="button" onClick={run}>
          {t("empty.search")}
        </button>
      )}
    </div>
  );
}
