import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, type PropsWithChildren, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { isApiProblem, keys, type LayerRead, layersQuery, loadPart, type NetworkRead } from "@/api";
import { normalizeDocument } from "@/document";
import { EditorProvider, useEditorStore } from "@/features/editor";
import { EmptyState, formatAgo, LineSkeletons, notifyDone, PageBar } from "@/ui";
import { createDrafts, type Draft, lacking } from "../saving/drafts";
import { announcePage } from "../saving/openPages";
import { readNetwork, untilSaved } from "../saving/reading";
import { EditorLayout } from "./EditorLayout";

/** On such a screen the network is to be read: the editor's panels would leave no drawing between them. */
const SMALL = "(max-width: 600px)";

const ReadOnlyView = lazy(() => loadPart(async () => ({ default: (await import("./ReadOnlyView")).ReadOnlyView })));

/** This page load's name among the tabs that may have the same network open. */
const WRITER = Math.random().toString(36).slice(2);
announcePage(WRITER);

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

/** What this browser holds of the network that no server has: read beside the network, once. */
function useDraft(id: string) {
  return useQuery({
    queryKey: ["draft", id],
    queryFn: async () => {
      await untilSaved(id);
      return createDrafts(id, WRITER).takeNewest();
    },
    networkMode: "always",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** Whoever comes for the training form gets it on a small screen too, where it takes the whole of it. Draws nothing. */
function ForForm({ onWanted }: { onWanted: () => void }) {
  const [params] = useSearchParams();
  const isWanted = params.get("drawer") === "train";
  const latest = useRef(onWanted);
  useEffect(() => {
    latest.current = onWanted;
  });
  useEffect(() => {
    if (isWanted) latest.current();
  }, [isWanted]);
  return null;
}

function Opening({ id }: { id: string }) {
  const { t } = useTranslation();
  const network = useNetwork(id);
  const layers = useQuery(layersQuery);
  const draft = useDraft(id);
  const [isSmall, setSmall] = useState(() => window.matchMedia(SMALL).matches);
  if (network.data !== undefined && layers.data !== undefined && draft.data !== undefined) {
    if (!isSmall) return <Opened network={network.data} layers={layers.data} kept={draft.data} />;
    return (
      <Suspense>
        <ForForm onWanted={() => setSmall(false)} />
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
  const error = network.error ?? layers.error ?? draft.error;
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

function Opened({ network, layers, kept }: { network: NetworkRead; layers: LayerRead[]; kept: Draft | null }) {
  const [drafts] = useState(() => createDrafts(network.id, WRITER));
  const [draft] = useState(
    () => kept && lacking(kept, { revision: network.revision, document: normalizeDocument(network.document) }),
  );
  useEffect(() => {
    if (kept !== null && draft === null) void drafts.clear();
  }, [kept, draft, drafts]);
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
