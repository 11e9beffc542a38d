import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { describe, expect, test, vi } from "vitest";
import type { NetworkSummary } from "@/api";
import { PageBarProvider, PageBarSlot } from "@/ui";
import { NetworkList } from "./index";

function network(number: number): NetworkSummary {
  const outline = {
    nodes: [
      { x: 0, y: 0, family: "io", label: "image" },
      { x: 240, y: 0, family: "convolution", label: "conv" },
    ],
    edges: [[0, 1]] as [number, number][],
  };
  return {
    id: `n${number}`,
    name: `Network ${number}`,
    revision: 1,
    created: 0,
    updated: 1_700_000_000,
    num_nodes: 2,
    is_example: false,
    num_runs: number % 2,
    best: number % 2 === 1 ? { "val/loss": 0.05, "val/Accuracy": 0.97314 } : {},
    outline,
  };
}

function show(networks: NetworkSummary[]) {
  vi.stubGlobal("fetch", async () => Response.json(networks));
  return render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <PageBarProvider>
            <PageBarSlot />
            <NetworkList />
          </PageBarProvider>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

describe("NetworkList", () => {
  test("with none it says what to do", async () => {
    show([]);
    expect(await screen.findByText("No networks yet")).toBeTruthy();
    expect(screen.getAllByRole("button", { name: "New network" })).toHaveLength(1);
  });

  test("a card has a picture, the name as a link, and the best of its runs", async () => {
    const { container } = show([network(1)]);
    const link = await screen.findByRole("link", { name: "Network 1" });
    expect(link.getAttribute("href")).toBe("/networks/n1");
    expect(screen.getByText("val/Accuracy 0.9731")).toBeTruthy();
    expect(container.querySelectorAll("svg rect[rx]")).toHaveLength(2);
  });

  test("of a thousand it draws the first sixty, and more when asked", async () => {
    show(Array.from({ length: 1000 }, (_, at) => network(at)));
    // By text: to find by role computes the accessibility of every element before it.
    await screen.findByText("Network 0");
    expect(screen.getAllByText(/^Network \d+$/)).toHaveLength(60);
    fireEvent.click(screen.getByText("Show 60 more of 940"));
    expect(screen.getAllByText(/^Network \d+$/)).toHaveLength(120);
  });

  test("the filter leaves those whose name holds the words", async () => {
    show([network(1), network(2)]);
    fireEvent.change(await screen.findByRole("searchbox"), { target: { value: "work 2" } });
    expect(screen.getAllByRole("listitem")).toHaveLength(1);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "nothing" } });
    expect(screen.getByText("No network has this name")).toBeTruthy();
  });
});
