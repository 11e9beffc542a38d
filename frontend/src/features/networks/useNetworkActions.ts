import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import {
  api,
  type NetworkRead,
  type NetworkSummary,
  sentenceOf,
  unwrap,
  useCreateNetwork,
  useDeleteNetwork,
  useRestoreNetwork,
} from "@/api";
import { writeDocument } from "@/document";
import { downloadText, notifyDone, notifyError, notifyUndo, toFilename } from "@/ui";

const MAX_NAME_LENGTH = 200;

function readNetwork(id: string) {
  return unwrap<NetworkRead>(api.GET("/api/networks/{id}", { params: { path: { id } } }));
}

/** What can be done with networks from their list. Every failure is said; every deletion can be taken back. */
export function useNetworkActions() {
  const { t } = useTranslation("networks");
  const navigate = useNavigate();
  const create = useCreateNetwork();
  const remove = useDeleteNetwork();
  const restore = useRestoreNetwork();

  async function attempt(title: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      notifyError(title, sentenceOf(error));
    }
  }

  return {
    isCreating: create.isPending,
    createNew: () =>
      attempt(t("failed.create"), async () => {
        const network = await create.mutateAsync({ format: 1, name: t("untitled") });
        await navigate(`/networks/${network.id}`);
      }),
    duplicate: ({ id }: NetworkSummary) =>
      attempt(t("failed.duplicate"), async () => {
        const { document } = await readNetwork(id);
        const name = t("copyOf", { name: document.name }).slice(0, MAX_NAME_LENGTH);
        await create.mutateAsync({ ...document, name });
        notifyDone(t("duplicated", { name }));
      }),
    exportFile: ({ id, name }: NetworkSummary) =>
      attempt(t("failed.export"), async () => {
        const { document } = await readNetwork(id);
        downloadText(toFilename(name, "json"), writeDocument(document), "application/json");
      }),
    remove: ({ id, name }: NetworkSummary) =>
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

export type NetworkActions = ReturnType<typeof useNetworkActions>;
