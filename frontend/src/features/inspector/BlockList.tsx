import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconCopy, IconDots, IconPackages, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { BLOCK_PREFIX, type Document, duplicateBlockEdits, findLevel, usesOf } from "@/document";
import { useCanvasStore, useEditor, useEditorStore } from "@/features/editor";
import { ReasonedIcon } from "@/ui";
import { BlockName } from "./BlockName";
import { BlockUses } from "./BlockUses";
import styles from "./inspector.module.css";

/** The blocks that this document defines: a way into each, and out of the document for those that nothing uses. */
export function BlockList() {
  const { t } = useTranslation("inspector");
  const document = useEditor((state) => state.document);
  const names = Object.keys(document.blocks);
  if (names.length === 0) return null;
  return (
    <div className={styles.section}>
      <h3>{t("blocks")}</h3>
      <ul className={styles.rows}>
        {names.map((name) => (
          <BlockRow key={name} name={name} document={document} />
        ))}
      </ul>
    </div>
  );
}

function BlockRow({ name, document }: { name: string; document: Document }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const uses = usesOf(document, name).length;
  const level = findLevel(document, name);
  return (
    <li className={styles.blockRow}>
      <span className={styles.blockName}>
        <BlockName name={name} />
      </span>
      {level === null ? (
        <Button variant="default" size="compact-xs" onClick={() => store.getState().addNode(BLOCK_PREFIX + name)}>
          {t("useBlock")}
        </Button>
      ) : (
        <Button variant="default" size="compact-xs" onClick={() => store.getState().openLevel(level)}>
          {t("open")}
        </Button>
      )}
      <BlockMenu name={name} />
      <ReasonedIcon
        size="sm"
        label={t("deleteBlock", { name })}
        reason={uses > 0 ? t("blockInUse", { count: uses }) : null}
        onClick={() =>
          store.getState().applyEdits([{ op: "set_block", name, definition: null }], {
            label: { key: "history.deleteBlock", values: { name } },
          })
        }
      >
        <IconTrash size={14} aria-hidden />
      </ReasonedIcon>
      <span className={styles.blockUses}>
        <BlockUses name={name} />
      </span>
    </li>
  );
}

function BlockMenu({ name }: { name: string }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const canvas = useCanvasStore();

  function duplicate(): void {
    const { document, applyEdits } = store.getState();
    const copy = duplicateBlockEdits(document, name);
    applyEdits(copy.edits, { label: { key: "history.duplicateBlock", values: { name, copy: copy.name } } });
  }

  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("blockMenu", { name })}>
          <IconDots size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={duplicate}>
          {t("duplicateBlock")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPackages size={16} aria-hidden />}
          onClick={() => canvas.setState({ dialog: { kind: "saveBlock", block: name } })}
        >
          {t("saveBlock")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
