import type { ComponentType } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { loadPart } from "@/api";
import { Frame } from "./frame/Frame";
import { PageError } from "./frame/PageError";
import { PageLoading } from "./frame/PageLoading";
import { loadAllWords } from "./language";
import { NotFoundPage } from "./pages/NotFoundPage";

/** A page whose words come with the first one. */
function first(load: () => Promise<ComponentType>): RouteObject["lazy"] {
  return async () => ({ Component: await loadPart(load) });
}

/** A page that is loaded when it is first opened, together with its words. */
function page(load: () => Promise<ComponentType>): RouteObject["lazy"] {
  return async () => {
    const [Component] = await Promise.all([loadPart(load), loadAllWords()]);
    return { Component };
  };
}

/** The pages. The first ones have their words with them: `i18n.ts` names their namespaces. */
const pages: RouteObject[] = [
  { index: true, element: <Navigate to="/networks" replace /> },
  { path: "networks", lazy: first(async () => (await import("@/features/networks")).NetworkList) },
  { path: "networks/:id", lazy: page(async () => (await import("./editor/EditorPage")).EditorPage) },
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
  { path: "architectures", lazy: page(async () => (await import("@/features/architectures")).Gallery) },
  {
    path: "architectures/:id",
    lazy: first(async () => (await import("@/features/architectures")).ArchitecturePage),
  },
  { path: "data", lazy: page(async () => (await import("@/features/data")).DataPage) },
  { path: "data/:id", lazy: page(async () => (await import("@/features/data")).DatasetPage) },
  { path: "runs", lazy: page(async () => (await import("@/features/runs")).RunsPage) },
  { path: "runs/compare", lazy: page(async () => (await import("@/features/compare")).ComparePage) },
  { path: "runs/:id", lazy: page(async () => (await import("@/features/runs")).RunPage) },
  { path: "*", Component: NotFoundPage },
];

export const routes: RouteObject[] = [
  {
    path: "/",
    Component: Frame,
    ErrorBoundary: PageError,
    HydrateFallback: PageLoading,
    // A page that fails leaves the frame standing.
    children: [{ ErrorBoundary: PageError, children: pages }],
  },
];

export function createRouter() {
  return createBrowserRouter(routes);
}
