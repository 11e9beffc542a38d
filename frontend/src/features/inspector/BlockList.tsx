import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { BLOCK_PREFIX } from "@/document";
import { findLevel } from "@/document/levels";
import { useEditor, useEditorStore } from "@/features/editor";
import { ReasonedIcon } from "@/ui";
import styles from "./inspector.module.css";
import { countUses } from "./parameters";

/** The blocks that this document defines: a way into each, and out of the document for those that nothing uses. */
export function BlockList() {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const document = useEditor((state) => state.document);
  const names = Object.keys(document.blocks);
  if (names.length === 0) return null;
  return (
    <div className={styles.section}>
      <h3>{t("blocks")}</h3>
      <ul className={styles.rows}>
        {names.map((name) => {
          const uses = countUses(document, name);
          const level = findLevel(document, name);
          return (
            <li key={name} className={styles.blockRow}>
              <span className={styles.blockName} title={name}>
                {name}
              </span>
              <span className={styles.quiet}>{t("uses", { count: uses })}</span>
              {level === null ? (
                <Button
                  variant="default"
                  size="compact-xs"
                  onClick={() => store.getState().addNode(BLOCK_PREFIX + name)}
                >
                  {t("useBlock")}
                </Button>
              ) : (
                <Button variant="default" size="compact-xs" onClick={() => store.getState().openLevel(level)}>
                  {t("open")}
                </Button>
              )}
              <ReasonedIcon
                size="sm"
                label={t("deleteBlock", { name })}
                reason={uses > 0 ? t("blockInUse", { count: uses }) : null}
                onClick={() => store.getState().applyEdits([{ op: "set_block", name, definition: null }])}
              >
                <IconTrash size={14} aria-hidden />
              </ReasonedIcon>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
