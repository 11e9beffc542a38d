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
  const isReadOnly = useEditor((state) => state.isReadOnly);
  const names = Object.keys(document.blocks);
  if (names.length === 0) return null;
  return (
    <div className={styles.section}>
      <h3>{t("blocks")}</h3>
      <ul className={styles.rows}>
        {names.map((name) =>
          isReadOnly ? (
            <ReadOnlyRow key={name} name={name} document={document} />
          ) : (
            <BlockRow key={name} name={name} document={document} />
          ),
        )}
      </ul>
    </div>
  );
}

interface RowProps {
  name: string;
  document: Document;
}

/** Where nothing can be changed the way into a block is a link: the buttons around it are all disabled there. */
function ReadOnlyRow({ name, document }: RowProps) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const level = findLevel(document, name);
  return (
    <li className={styles.blockRow}>
      <span className={styles.blockName}>{name}</span>
      {level !== null && (
        <Button
          component="a"
          href={`?block=${level.join(".")}`}
          variant="default"
          size="compact-xs"
          onClick={(event) => {
            event.preventDefault();
            store.getState().openLevel(level);
          }}
        >
          {t("open")}
        </Button>
      )}
      <span className={`${styles.blockUses} ${styles.quiet}`}>
        {t("uses", { count: usesOf(document, name).length })}
      </span>
    </li>
  );
}

function BlockRow({ name, document }: RowProps) {
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
