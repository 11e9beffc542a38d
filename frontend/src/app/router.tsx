import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { Frame } from "./frame/Frame";
import { PageError } from "./frame/PageError";
import { PageLoading } from "./frame/PageLoading";
import { NotFoundPage } from "./pages/NotFoundPage";

/** The pages, each loaded when it is first opened. */
export const routes: RouteObject[] = [
  {
    path: "/",
    Component: Frame,
    ErrorBoundary: PageError,
    HydrateFallback: PageLoading,
    children: [
      {
        ErrorBoundary: PageError,
        children: [
          { index: true, element: <Navigate to="/networks" replace /> },
          {
            path: "networks",
            lazy: async () => ({ Component: (await import("./pages/NetworksPage")).NetworksPage }),
          },
          { path: "*", Component: NotFoundPage },
        ],
      },
    ],
  },
];

export function createRouter() {
  return createBrowserRouter(routes);
}
