import type { QueryClient } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { layersQuery, loadPart, trainingOptionsQuery } from "@/api";
import { Frame } from "./frame/Frame";
import { PageError } from "./frame/PageError";
import { PageLoading } from "./frame/PageLoading";
import { loadAllWords } from "./language";
import { NotFoundPage } from "./pages/NotFoundPage";

type Lazy = () => Promise<{ Component: ComponentType }>;

/** A page whose words come with the first one. */
function first(load: () => Promise<ComponentType>): Lazy {
  return async () => ({ Component: await loadPart(load) });
}

/** A page that is loaded when it is first opened, together with its words. */
function page(load: () => Promise<ComponentType>): Lazy {
  return async () => {
    const [Component] = await Promise.all([loadPart(load), loadAllWords()]);
    return { Component };
  };
}

/** A page has most likely got what it shows by then. */
const REST_MS = 300;

/** `here`, and when it has come to rest, what the page asks for that one goes to from it: the click need not wait for it. */
function before(next: () => Promise<unknown>, here: Lazy): Lazy {
  return async () => {
    const found = await here();
    // What cannot be had now is asked for again by the click, which says why.
    setTimeout(() => void next().catch(() => undefined), REST_MS);
    return found;
  };
}

const editor = page(async () => (await import("./editor/EditorPage")).EditorPage);
const compare = page(async () => (await import("@/features/compare")).ComparePage);

/** What the editor's script would ask for once it is there is asked for beside it; a failure is told by whoever needs it. */
function readAhead(client: QueryClient): void {
  void client.prefetchQuery(layersQuery);
  if (new URLSearchParams(window.location.search).get("drawer") !== "train") return;
  void client.prefetchQuery(trainingOptionsQuery);
  void Promise.all([import("@/features/data"), import("@/features/training")]).then(
    ([{ datasetsQuery }]) => client.prefetchQuery(datasetsQuery),
    () => undefined,
  );
}

/** The pages. The first ones have their words with them: `i18n.ts` names their namespaces. */
function pagesFor(client: QueryClient): RouteObject[] {
  const editing = () => Promise.all([editor(), client.prefetchQuery(layersQuery)]);
  const opening = () => {
    readAhead(client);
    return editor();
  };
  return [
    { index: true, element: <Navigate to="/networks" replace /> },
    {
      path: "networks",
      lazy: before(
        editing,
        first(async () => (await import("@/features/networks")).NetworkList),
      ),
    },
    { path: "networks/:id", lazy: opening },
    {
      path: "networks/deleted",
      lazy: first(async () => (await import("@/features/networks")).DeletedNetworks),
    },
    {
      path: "networks/:id/versions",
      lazy: page(async () => (await import("./editor/VersionsRoute")).VersionsRoute),
    },
    {
      path: "networks/:id/view/:revision",
      lazy: page(async () => (await import("./editor/ReadOnlyPage")).ReadOnlyPage),
    },
    {
      path: "architectures",
      lazy: before(
        editing,
        page(async () => (await import("@/features/architectures")).Gallery),
      ),
    },
    {
      path: "architectures/:id",
      lazy: first(async () => (await import("@/features/architectures")).ArchitecturePage),
    },
    { path: "data", lazy: page(async () => (await import("@/features/data")).DataPage) },
    { path: "data/:id", lazy: page(async () => (await import("@/features/data")).DatasetPage) },
    {
      path: "runs",
      lazy: before(
        compare,
        page(async () => (await import("@/features/runs")).RunsPage),
      ),
    },
    { path: "runs/compare", lazy: compare },
    { path: "runs/:id", lazy: page(async () => (await import("@/features/runs")).RunPage) },
    { path: "*", Component: NotFoundPage },
  ];
}

export function createRouter(client: QueryClient) {
  return createBrowserRouter([
    {
      path: "/",
      Component: Frame,
      ErrorBoundary: PageError,
      HydrateFallback: PageLoading,
      // A page that fails leaves the frame standing.
      children: [{ ErrorBoundary: PageError, children: pagesFor(client) }],
    },
  ]);
}
