import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useStore } from "zustand";
import { sentenceOf, useCreateNetwork, useRestoreNetwork } from "@/api";
import { normalizeDocument } from "@/document";
import { useEditorStore } from "@/features/editor";
import { formatAgo, notifyError, notifyUndo } from "@/ui";
import type { Autosave } from "./autosave";
import { fetchNetwork } from "./reading";
import styles from "./saving.module.css";

const MAX_NAME_LENGTH = 200;

interface ConflictDialogProps {
  networkId: string;
  autosave: Autosave;
}

/** Another tab saved in between, or the network was deleted: what should hold? Whatever is chosen, nothing is lost. */
export function ConflictDialog({ networkId, autosave }: ConflictDialogProps) {
  const { t } = useTranslation();
  const state = useStore(autosave.state);
  if (state.kind !== "conflict") return null;
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="lg"
      centered
      title={t(`conflict.${state.reason}.title`)}
    >
      {state.reason === "stale" ? (
        <Stale networkId={networkId} autosave={autosave} />
      ) : (
        <Deleted networkId={networkId} autosave={autosave} />
      )}
    </Modal>
  );
}

function Stale({ networkId, autosave }: ConflictDialogProps) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const read = () => fetchNetwork(networkId);
  const { data: theirs } = useQuery({ queryKey: ["conflict", networkId], queryFn: read, staleTime: 0, gcTime: 0 });

  async function overwrite() {
    const newest = await read();
    store.getState().markSaved(newest.revision, normalizeDocument(newest.document));
    await autosave.resume();
  }

  async function loadTheirs() {
    const newest = await read();
    const { document: mine } = store.getState();
    store.getState().load(newest.document, newest.revision);
    autosave.abandon();
    notifyUndo(t("conflict.loaded"), t("conflict.backToMine"), () => {
      const { load, markSaved, revision } = store.getState();
      load(mine, revision);
      if (revision !== null) markSaved(revision, normalizeDocument(newest.document));
    });
  }

  return (
    <>
      <p>{t("conflict.stale.detail", { when: theirs === undefined ? "" : formatAgo(theirs.updated) })}</p>
      <div className={styles.choices}>
        <CopyChoice autosave={autosave} />
        <Choice label={t("conflict.theirs")} hint={t("conflict.theirsHint")} act={loadTheirs} />
        <Choice label={t("conflict.overwrite")} hint={t("conflict.overwriteHint")} act={overwrite} />
      </div>
    </>
  );
}

function Deleted({ networkId, autosave }: ConflictDialogProps) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const restore = useRestoreNetwork();

  async function bringBack() {
    const restored = await restore.mutateAsync(networkId);
    store.getState().markSaved(restored.revision, normalizeDocument(restored.document));
    await autosave.resume();
  }

  return (
    <>
      <p>{t("conflict.deleted.detail")}</p>
      <div className={styles.choices}>
        <Choice label={t("conflict.restore")} hint={t("conflict.restoreHint")} act={bringBack} />
        <CopyChoice autosave={autosave} />
      </div>
    </>
  );
}

function CopyChoice({ autosave }: { autosave: Autosave }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const create = useCreateNetwork();
  const navigate = useNavigate();

  async function keepAsCopy() {
    const { document } = store.getState();
    const name = t("conflict.copyName", { name: document.name }).slice(0, MAX_NAME_LENGTH);
    const copy = await create.mutateAsync({ ...document, name });
    autosave.abandon();
    // What was edited here lives on in the copy; this page must not send it to the original as it closes.
    const { revision } = store.getState();
    if (revision !== null) store.getState().markSaved(revision, document);
    await navigate(`/networks/${copy.id}`);
  }

  return <Choice label={t("conflict.copy")} hint={t("conflict.copyHint")} act={keepAsCopy} />;
}

interface ChoiceProps {
  label: string;
  hint: ReactNode;
  act: () => Promise<void>;
}

function Choice({ label, hint, act }: ChoiceProps) {
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);

  async function choose() {
    setBusy(true);
    try {
      await act();
    } catch (error) {
      notifyError(t("conflict.failed"), sentenceOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className={styles.choice}>
      <Button variant="default" loading={isBusy} onClick={choose}>
        {label}
      </Button>
      <p>{hint}</p>
    </div>
  );
}
