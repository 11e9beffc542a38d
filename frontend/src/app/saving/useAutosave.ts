import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { api, connection, keys, type NetworkRead, unwrap } from "@/api";
import { normalizeDocument } from "@/document";
import { useEditorStore } from "@/features/editor";
import { type Autosave, createAutosave, type SaveState } from "./autosave";
import type { Drafts } from "./drafts";

/** Saves that are on their way, by network: who opens one again waits for them. */
const inFlight = new Map<string, Promise<unknown>>();

/** Resolves when no save of this network is on its way. */
export async function untilSaved(networkId: string): Promise<void> {
  await inFlight.get(networkId);
}

async function saveNetwork(id: string, document: NetworkRead["document"], revision: number): Promise<NetworkRead> {
  const saving = unwrap<NetworkRead>(
    api.PUT("/api/networks/{id}", { params: { path: { id } }, body: { document, revision } }),
  );
  // Whoever waits for the save does not care how it ended.
  const ended = saving.then(
    () => undefined,
    () => undefined,
  );
  inFlight.set(id, ended);
  try {
    return await saving;
  } finally {
    if (inFlight.get(id) === ended) inFlight.delete(id);
  }
}

export function readNetwork(id: string): Promise<NetworkRead> {
  return unwrap<NetworkRead>(api.GET("/api/networks/{id}", { params: { path: { id } } }));
}

function onceOnline(callback: () => void): () => void {
  const stop = connection.subscribe((state) => {
    if (state !== "online") return;
    stop();
    callback();
  });
  return stop;
}

/** Keeps the open document saved, for as long as the component is there. */
export function useAutosave(networkId: string, drafts: Drafts): { autosave: Autosave; state: SaveState } {
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
        const newest = await readNetwork(networkId);
        return { revision: newest.revision, document: normalizeDocument(newest.document) };
      },
      onceOnline,
    }),
  );
  useEffect(() => autosave.start(), [autosave]);
  useEffect(() => {
    function warn(event: BeforeUnloadEvent) {
      const state = autosave.state.getState();
      // Only what is held by nothing but this page keeps a person from leaving it.
      if (state.kind === "offline" && !state.isKept) event.preventDefault();
    }
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [autosave]);
  return { autosave, state: useStore(autosave.state) };
}
