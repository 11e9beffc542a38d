import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, type DatasetPreview, type DatasetRead, keys, type NetworkRead, type UploadRead, unwrap } from "@/api";
import { notifyError } from "@/ui";

/** How often a set that is being fetched or read is asked how far it is. */
const ASK_MS = 500;

export function isBusy(dataset: DatasetRead): boolean {
  return dataset.state === "downloading" || dataset.state === "preparing";
}

export const datasetsQuery = queryOptions({
  queryKey: keys.datasets,
  queryFn: () => unwrap<DatasetRead[]>(api.GET("/api/datasets")),
  refetchInterval: (query) => (query.state.data?.some(isBusy) ? ASK_MS : false),
});

/** What may be uploaded changes only with the server's version. */
export const uploadRulesQuery = queryOptions({
  queryKey: keys.uploadRules,
  queryFn: () => unwrap(api.GET("/api/uploads/rules")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Uploads that broke off: asked when the page of all data opens. */
export const uploadsQuery = queryOptions({
  queryKey: keys.uploads,
  queryFn: () => unwrap<UploadRead[]>(api.GET("/api/uploads")),
});

export function datasetQuery(id: string) {
  return queryOptions({
    queryKey: keys.dataset(id),
    queryFn: () => unwrap<DatasetRead>(api.GET("/api/datasets/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data !== undefined && isBusy(query.state.data) ? ASK_MS : false),
  });
}

export function previewQuery(id: string) {
  return queryOptions({
    queryKey: keys.preview(id),
    queryFn: () => unwrap<DatasetPreview>(api.GET("/api/datasets/{id}/preview", { params: { path: { id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Puts a set that the server has just described where the pages read it. */
export function useKeepDataset() {
  const client = useQueryClient();
  return (dataset: DatasetRead) => {
    client.setQueryData(keys.dataset(dataset.id), dataset);
    client.setQueryData<DatasetRead[]>(keys.datasets, (all) => {
      if (all === undefined) return all;
      const isThere = all.some((one) => one.id === dataset.id);
      return isThere ? all.map((one) => (one.id === dataset.id ? dataset : one)) : [...all, dataset];
    });
    void client.invalidateQueries({ queryKey: keys.preview(dataset.id) });
  };
}

interface DatasetChange {
  title?: string;
  /** Reads the file as another kind of table. */
  type?: string;
  options?: DatasetRead["options"];
}

/** Corrects title or options; the answer is the set described anew. */
export function useUpdateDataset(id: string) {
  const keep = useKeepDataset();
  return useMutation({
    mutationFn: (change: DatasetChange) =>
      unwrap<DatasetRead>(api.PATCH("/api/datasets/{id}", { params: { path: { id } }, body: change })),
    onSuccess: keep,
  });
}

export function useDownloadDataset() {
  const { t } = useTranslation("data");
  const keep = useKeepDataset();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap<DatasetRead>(api.POST("/api/datasets/{id}/download", { params: { path: { id } } })),
    onSuccess: keep,
    onError: (error) => notifyError(t("failed.download"), error),
  });
}

/** Deletes a set for good; an error is said. */
export function useDeleteDataset() {
  const client = useQueryClient();
  const { t } = useTranslation("data");
  return async (id: string): Promise<void> => {
    try {
      await unwrap(api.DELETE("/api/datasets/{id}", { params: { path: { id } } }));
      client.setQueryData<DatasetRead[]>(keys.datasets, (all) => all?.filter((one) => one.id !== id));
      client.removeQueries({ queryKey: keys.dataset(id) });
    } catch (error) {
      notifyError(t("failed.delete"), error);
    }
  };
}

/** Makes a network that suits the set and opens it; an error is said. */
export function useBeginNetwork() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { t } = useTranslation("data");
  const [isBusy, setBusy] = useState(false);
  async function begin(id: string): Promise<void> {
    setBusy(true);
    try {
      const made = await unwrap<NetworkRead>(api.POST("/api/datasets/{id}/network", { params: { path: { id } } }));
      await client.invalidateQueries({ queryKey: keys.networks, exact: true });
      await navigate(`/networks/${made.id}`);
    } catch (error) {
      notifyError(t("failed.begin"), error);
    } finally {
      setBusy(false);
    }
  }
  return { isBusy, begin };
}
