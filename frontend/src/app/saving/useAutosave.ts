import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, connection, keys, type NetworkRead, unwrap } from "@/api";
import { normalizeDocument } from "@/document";
import { useEditorStore } from "@/features/editor";
import { type Autosave, createAutosave } from "./autosave";
import type { Drafts } from "./drafts";
import { fetchNetwork, rememberSave } from "./reading";

async function saveNetwork(id: string, document: NetworkRead["document"], revision: number): Promise<NetworkRead> {
  const saving = unwrap<NetworkRead>(
    api.PUT("/api/networks/{id}", { params: { path: { id } }, body: { document, revision } }),
  );
  rememberSave(id, saving);
  return saving;
}

function onceOnline(callback: () => void): () => void {
  const stop = connection.subscribe((state) => {
    if (state !== "online") return;
    stop();
    callback();
  });
  return stop;
}

/** Keeps the open document saved, for as long as the component is there. How far it is, is for those to ask who show it. */
export function useAutosave(networkId: string, drafts: Drafts): Autosave {
  const store = useEditorStore();
  const client = useQueryClient();
  const [autosave] = useState(() =>
    createAutosave({
      store,
      drafts,
      save: async (document, revision) => {
        const saved = await saveNetwork(networkId, document, revision);
        void client.invalidateQueries({ queryKey: keys.networks, exact: true });
        return saved;
      },
      load: async () => {
        const newest = await fetchNetwork(networkId);
        return { revision: newest.revision, document: normalizeDocument(newest.document) };
      },
      onceOnline,
    }),
  );
  useEffect(() => autosave.start(), [autosave]);
  useEffect(() => {
    // A tab that comes to the front, and a window: neither tells of the other in every browser.
    function look() {
      if (document.visibilityState === "visible") void autosave.look();
    }
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }, [autosave]);
  useEffect(() => {
    function warn(event: BeforeUnloadEvent) {
      const state = autosave.state.getState();
      // Only what is held by nothing but this page keeps a person from leaving it.
      if (state.kind === "offline" && !state.isKept) event.preventDefault();
    }
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [autosave]);
  return autosave;
}
