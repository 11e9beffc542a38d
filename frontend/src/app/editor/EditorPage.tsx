import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, type PropsWithChildren, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { isApiProblem, keys, type LayerRead, layersQuery, loadPart, type NetworkRead } from "@/api";
import { normalizeDocument } from "@/document";
import { EditorProvider, useEditorStore } from "@/features/editor";
import { EmptyState, formatAgo, LineSkeletons, notifyDone, PageBar } from "@/ui";
import { createDrafts, type Draft, type Drafts } from "../saving/drafts";
import { readNetwork } from "../saving/reading";
import { EditorLayout } from "./EditorLayout";

/** On such a screen the network is to be read: the editor's panels would leave no drawing between them. */
const SMALL = "(max-width: 600px)";

const ReadOnlyView = lazy(() => loadPart(async () => ({ default: (await import("./ReadOnlyView")).ReadOnlyView })));

/** This page load's name among the tabs that may have the same network open. */
const WRITER = Math.random().toString(36).slice(2);

export function EditorPage() {
  const { id = "" } = useParams();
  return <Opening key={id} id={id} />;
}

function useNetwork(id: string) {
  return useQuery({
    queryKey: keys.network(id),
    queryFn: () => readNetwork(id),
    // The editor holds newer edits than the server: never asked again behind its back.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

function Opening({ id }: { id: string }) {
  const { t } = useTranslation();
  const network = useNetwork(id);
  const layers = useQuery(layersQuery);
  const [isSmall, setSmall] = useState(() => window.matchMedia(SMALL).matches);
  if (network.data !== undefined && layers.data !== undefined) {
    if (!isSmall) return <Opened network={network.data} layers={layers.data} />;
    return (
      <Suspense>
        <ReadOnlyView
          network={network.data}
          layers={layers.data}
          note={t("readOnly:small")}
          actions={
            <Button variant="default" size="compact-xs" onClick={() => setSmall(false)}>
              {t("readOnly:edit")}
            </Button>
          }
        />
      </Suspense>
    );
  }
  const error = network.error ?? layers.error;
  if (error === null) return <LineSkeletons lines={10} />;
  if (isApiProblem(error) && error.status === 404) {
    return (
      <Stopped
        title={t("editor.missing")}
        actions={
          <Button component={Link} to="/networks">
            {t("error.home")}
          </Button>
        }
      >
        {t("editor.missingDetail")}
      </Stopped>
    );
  }
  return (
    <Stopped
      title={t("editor.failed")}
      actions={
        <Button
          onClick={() => {
            void network.refetch();
            void layers.refetch();
          }}
        >
          {t("error.again")}
        </Button>
      }
    >
      {error.message}
    </Stopped>
  );
}

/** A page of its own in place of the editor, with its title in the bar. */
function Stopped({ title, actions, children }: PropsWithChildren<{ title: string; actions: ReactNode }>) {
  return (
    <>
      <PageBar>
        <h1>{title}</h1>
      </PageBar>
      <EmptyState title={title} actions={actions}>
        {children}
      </EmptyState>
    </>
  );
}

/** The draft that this browser still holds, unless the server has the same. */
function restore(network: NetworkRead, drafts: Drafts): Draft | null {
  const draft = drafts.takeNewest();
  if (draft === null) return null;
  const isSame =
    JSON.stringify(normalizeDocument(draft.document)) === JSON.stringify(normalizeDocument(network.document));
  if (!isSame) return draft;
  drafts.clear();
  return null;
}

function Opened({ network, layers }: { network: NetworkRead; layers: LayerRead[] }) {
  const [drafts] = useState(() => createDrafts(network.id, WRITER));
  const [draft] = useState(() => restore(network, drafts));
  return (
    <EditorProvider
      document={draft?.document ?? network.document}
      revision={draft?.revision ?? network.revision}
      layers={layers}
    >
      {draft !== null && <Restored draft={draft} network={network} />}
      <EditorLayout networkId={network.id} drafts={drafts} />
    </EditorProvider>
  );
}

/** Marks the restored document as unsaved, so that it is sent, and says that it came back. */
function Restored({ draft, network }: { draft: Draft; network: NetworkRead }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  useEffect(() => {
    store.getState().markSaved(draft.revision ?? network.revision, normalizeDocument(network.document));
    notifyDone(t("saving.restored", { when: formatAgo(draft.time / 1000) }));
  }, [store, draft, network, t]);
  return null;
}
