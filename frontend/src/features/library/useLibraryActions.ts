import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import {
  blockQuery,
  type LibraryBlockSummary,
  sentenceOf,
  useCreateBlock,
  useDeleteBlock,
  useRestoreBlock,
  useUpdateBlock,
} from "@/api";
import { downloadText, notifyDone, notifyError, notifyUndo, toFilename } from "@/ui";
import { BlockFileError, readBlockFile, writeBlockFile } from "./blockFile";

/** What can be done with blocks of the library. Every failure is said; a deletion can be taken back. */
export function useLibraryActions() {
  const { t } = useTranslation("library");
  const client = useQueryClient();
  const create = useCreateBlock();
  const update = useUpdateBlock();
  const remove = useDeleteBlock();
  const restore = useRestoreBlock();

  async function attempt(title: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const isFile = error instanceof BlockFileError;
      notifyError(title, isFile ? t(`file.${error.reason}`, { detail: error.detail }) : sentenceOf(error));
    }
  }

  return {
    rename: ({ id }: LibraryBlockSummary, name: string) =>
      attempt(t("failed.rename"), async () => {
        await update.mutateAsync({ id, name });
      }),
    describe: ({ id }: LibraryBlockSummary, description: string) =>
      attempt(t("failed.describe"), async () => {
        await update.mutateAsync({ id, description });
      }),
    exportFile: ({ id, name }: LibraryBlockSummary) =>
      attempt(t("failed.export"), async () => {
        const block = await client.fetchQuery(blockQuery(id));
        downloadText(toFilename(name, "json"), writeBlockFile(block), "application/json");
      }),
    importFile: (file: File) =>
      attempt(t("failed.import", { file: file.name }), async () => {
        const block = await create.mutateAsync(await readBlockFile(file));
        notifyDone(t("saved", { name: block.name }));
      }),
    remove: ({ id, name }: LibraryBlockSummary) =>
      attempt(t("failed.delete"), async () => {
        await remove.mutateAsync(id);
        notifyUndo(t("deleted", { name }), t("undo"), () => {
          void attempt(t("failed.restore"), async () => {
            await restore.mutateAsync(id);
          });
        });
      }),
  };
}

export type LibraryActions = ReturnType<typeof useLibraryActions>;
