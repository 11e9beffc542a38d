import { Button, FileButton, Modal, Textarea } from "@mantine/core";
import { IconDownload, IconTrash, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { blocksQuery, type LibraryBlockSummary, sentenceOf } from "@/api";
import { OutlinePicture } from "@/features/outline";
import { formatAgo, InlineEdit, LineSkeletons, ReasonedIcon } from "@/ui";
import styles from "./library.module.css";
import { type LibraryActions, useLibraryActions } from "./useLibraryActions";

/** The library: its blocks with their pictures, to be renamed, described, taken home as files, and deleted. */
export function ManageDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("library");
  const blocks = useQuery(blocksQuery);
  const actions = useLibraryActions();
  return (
    <Modal opened onClose={onClose} title={t("title")} size="xl" returnFocus={false}>
      <div className={styles.head}>
        <p className={styles.note}>{t("about")}</p>
        <FileButton accept="application/json,.json" onChange={(file) => file && void actions.importFile(file)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
              {t("import")}
            </Button>
          )}
        </FileButton>
      </div>
      {blocks.isPending && <LineSkeletons lines={4} />}
      {blocks.error && <p className={styles.error}>{sentenceOf(blocks.error)}</p>}
      {blocks.data?.length === 0 && <p className={styles.empty}>{t("empty")}</p>}
      <ul className={styles.rows}>
        {blocks.data?.map((block) => (
          <Row key={block.id} block={block} actions={actions} />
        ))}
      </ul>
    </Modal>
  );
}

function Row({ block, actions }: { block: LibraryBlockSummary; actions: LibraryActions }) {
  const { t } = useTranslation("library");
  return (
    <li className={styles.row} data-testid={`library-row-${block.name}`}>
      <div className={styles.picture}>
        <OutlinePicture outline={block.outline} />
      </div>
      <div className={styles.words}>
        <div className={styles.line}>
          <InlineEdit
            isMono
            label={t("nameOf", { name: block.name })}
            value={block.name}
            onChange={(name) => void actions.rename(block, name)}
          />
          <span className={styles.quiet}>{formatAgo(block.updated)}</span>
          <ReasonedIcon label={t("export", { name: block.name })} onClick={() => void actions.exportFile(block)}>
            <IconDownload size={16} aria-hidden />
          </ReasonedIcon>
          <ReasonedIcon label={t("delete", { name: block.name })} onClick={() => void actions.remove(block)}>
            <IconTrash size={16} aria-hidden />
          </ReasonedIcon>
        </div>
        <Description key={block.description} block={block} actions={actions} />
      </div>
    </li>
  );
}

function Description({ block, actions }: { block: LibraryBlockSummary; actions: LibraryActions }) {
  const { t } = useTranslation("library");
  const [text, setText] = useState(block.description);
  return (
    <Textarea
      size="xs"
      autosize
      minRows={1}
      maxRows={5}
      maxLength={2000}
      aria-label={t("descriptionOf", { name: block.name })}
      placeholder={t("describe")}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (text !== block.description) void actions.describe(block, text);
      }}
    />
  );
}
