import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { Frame } from "./frame/Frame";
import { PageError } from "./frame/PageError";
import { PageLoading } from "./frame/PageLoading";
import { NotFoundPage } from "./pages/NotFoundPage";

/** The pages, each loaded when it is first opened. */
const pages: RouteObject[] = [
  { index: true, element: <Navigate to="/networks" replace /> },
  { path: "networks", lazy: async () => ({ Component: (await import("@/features/networks")).NetworkList }) },
  { path: "networks/:id", lazy: async () => ({ Component: (await import("./editor/EditorPage")).EditorPage }) },
  { path: "architectures", lazy: async () => ({ Component: (await import("@/features/architectures")).Gallery }) },
  {
    path: "architectures/:id",
    lazy: async () => ({ Component: (await import("@/features/architectures")).ArchitecturePage }),
  },
  { path: "data", lazy: async () => ({ Component: (await import("@/features/data")).DataPage }) },
  { path: "data/:id", lazy: async () => ({ Component: (await import("@/features/data")).DatasetPage }) },
  { path: "runs", lazy: async () => ({ Component: (await import("@/features/runs")).RunsPage }) },
  { path: "runs/:id", lazy: async () => ({ Component: (await import("@/features/runs")).RunPage }) },
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
