import { Button, Menu } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { NETWORK, usesOf } from "@/document";
import { useCanvasStore, useEditor, useEditorStore } from "@/features/editor";
import styles from "./inspector.module.css";

/** How often a block is used, and a way to each of the nodes that use it. */
export function BlockUses({ name }: { name: string }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const document = useEditor((state) => state.document);
  const uses = useMemo(() => usesOf(document, name), [document, name]);
  if (uses.length === 0) return <span className={styles.quiet}>{t("uses", { count: 0 })}</span>;

  function show(block: string, id: string): void {
    store.getState().showNode(block, id);
    canvas.getState().view?.reveal(id);
  }

  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          className={styles.uses}
          aria-label={t("findUses", { name })}
        >
          {t("uses", { count: uses.length })}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} className={styles.usesList}>
        {uses.map(({ block, node }) => (
          <Menu.Item key={`${block} ${node.id}`} ff="monospace" onClick={() => show(block, node.id)}>
            {block === NETWORK ? node.id : `${block} / ${node.id}`}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
