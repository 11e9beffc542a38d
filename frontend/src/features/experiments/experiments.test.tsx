import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";
import { ExperimentSection } from "./index";

const EXPERIMENT = {
  id: "degradation",
  chapter: "resnet",
  size: "hours",
  name: { en: "Degradation" },
  summary: { en: "Four networks." },
  watch: { en: "The order of the curves." },
  runs: { en: ["Plain-20", "ResNet-20"] },
  data_source: "cifar10",
};

function show(state: "missing" | "downloading" | "ready") {
  const sent: string[] = [];
  const server = { state };
  const dataset = () => ({ id: "cifar10", title: "CIFAR-10", is_built_in: true, state: server.state, progress: 0.25 });
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") sent.push(pathname);
    if (pathname === "/api/experiments") return Response.json([EXPERIMENT]);
    if (pathname === "/api/datasets") return Response.json([dataset()]);
    return Response.json({ detail: "not asked here" }, { status: 404 });
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <ExperimentSection />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { sent, server };
}

test("an experiment whose data is missing says so on its button, and offers the way to the data", async () => {
  const { sent } = show("missing");
  // It comes with a file of its own.
  expect(await screen.findByRole("button", { name: "Download" }, { timeout: 10_000 })).toBeTruthy();
  const button = screen.getByRole("button", { name: "Start Degradation" });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(screen.getByText(/CIFAR-10 is not on this computer yet.*then the experiment can start/)).toBeTruthy();
  fireEvent.click(button);
  expect(sent).toEqual([]);
});

test("while the data comes the button waits; when it is there the button works", async () => {
  const { sent, server } = show("downloading");
  expect(await screen.findByText(/CIFAR-10 is on its way/)).toBeTruthy();
  server.state = "ready";
  await vi.waitFor(
    () =>
      expect(screen.getByRole("button", { name: "Start Degradation" }).getAttribute("aria-disabled")).not.toBe("true"),
    { timeout: 5000 },
  );
  fireEvent.click(screen.getByRole("button", { name: "Start Degradation" }));
  await vi.waitFor(() => expect(sent).toEqual(["/api/experiments/degradation/start"]));
});
