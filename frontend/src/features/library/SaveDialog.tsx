import { Button, Modal, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { blocksQuery, sentenceOf, useCreateBlock, useUpdateBlock } from "@/api";
import { blocksWithin, bundleOf } from "@/document";
import { useEditor } from "@/features/editor";
import { focusAtOnce, notifyDone } from "@/ui";
import styles from "./library.module.css";

const MAX_DESCRIPTION = 2000;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Keeps a block of the document in the library, with all that it uses. */
export function SaveDialog({ block, onClose }: { block: string; onClose: () => void }) {
  const { t } = useTranslation("library");
  const document = useEditor((state) => state.document);
  const { data: library = [] } = useQuery(blocksQuery);
  const [name, setName] = useState(block);
  const known = library.find((other) => other.name === name.trim());
  const [description, setDescription] = useState<string | null>(null);
  const [isReplacing, setReplacing] = useState(true);
  const create = useCreateBlock();
  const update = useUpdateBlock();
  const error = create.error ?? update.error;
  const inner = [...blocksWithin(document, [block])].filter((other) => other !== block);
  const isLegal = NAME.test(name.trim());
  const shownDescription = description ?? known?.description ?? "";

  function save(event: FormEvent): void {
    event.preventDefault();
    if (!isLegal) return;
    const definition = bundleOf(document, block, name.trim());
    const onSuccess = () => {
      notifyDone(t("saved", { name: name.trim() }));
      onClose();
    };
    if (known && isReplacing) update.mutate({ id: known.id, definition, description: shownDescription }, { onSuccess });
    else create.mutate({ definition, description: shownDescription }, { onSuccess });
  }

  return (
    <Modal opened onClose={onClose} title={t("saveTitle", { name: block })} returnFocus={false}>
      <form onSubmit={save} className={styles.form}>
        <TextInput
          ref={focusAtOnce}
          data-autofocus
          label={t("name")}
          value={name}
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          error={isLegal ? null : t("illegalName")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t("description")}
          description={t("descriptionHint")}
          value={shownDescription}
          maxLength={MAX_DESCRIPTION}
          autosize
          minRows={2}
          maxRows={6}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {inner.length > 0 && (
          <p className={styles.note}>
            {t("comesWith")} <code>{inner.join(", ")}</code>
          </p>
        )}
        {known && (
          <Radio.Group
            label={t("known", { name: known.name })}
            value={isReplacing ? "replace" : "both"}
            onChange={(value) => setReplacing(value === "replace")}
          >
            <Stack gap={4} mt={4}>
              <Radio size="xs" value="replace" label={t("replace")} />
              <Radio size="xs" value="both" label={t("keepBoth")} />
            </Stack>
          </Radio.Group>
        )}
        {error && (
          <p className={styles.error} role="alert">
            {sentenceOf(error)}
          </p>
        )}
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" disabled={!isLegal} loading={create.isPending || update.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
