import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { describe, expect, test, vi } from "vitest";
import type { ArchitectureRead, ArchitectureSummary } from "@/api";
import { PageBarProvider, PageBarSlot, saidIn } from "@/ui";
import { ArchitecturePage, Gallery, Starters } from "./index";
import { findArchitectures } from "./search";

function architecture(id: string, name: string, more: Partial<ArchitectureSummary> = {}): ArchitectureSummary {
  return {
    id,
    name: { en: name, zh: `${name} 网络` },
    family: "resnet",
    chapter: "resnet",
    task: "classification",
    paper: { citation: "He, Zhang, Ren, Sun", year: 2016, url: "https://example.org" },
    summary: { en: "Blocks with a wire around.", zh: "带捷径的块。" },
    parameters: 11_689_512,
    macs: 1_814_000_000,
    inputs: { image: [3, 224, 224] },
    outputs: { scores: [1000] },
    data_source: null,
    is_starter: false,
    outline: {
      nodes: [
        { x: 0, y: 0, family: "io", label: "image" },
        { x: 340, y: 0, family: "block", label: "layer1" },
      ],
      edges: [[0, 1]],
    },
    ...more,
  };
}

const CARDS = [
  architecture("resnet18", "ResNet-18", { is_starter: true }),
  architecture("resnet152", "ResNet-152"),
  architecture("lenet5", "LeNet-5", {
    family: "convolution",
    chapter: "convolution",
    paper: { citation: "LeCun", year: 1998, url: "https://example.org" },
    summary: { en: "Two convolutions.", zh: "两层卷积。" },
  }),
];

const READ: ArchitectureRead = {
  ...architecture("resnet18", "ResNet-18"),
  look: { en: ["First.", "Second."], zh: ["一。", "二。"] },
  data: { en: "Bring pictures.", zh: "请带图片。" },
  published: { source: { en: "a table", zh: "一张表" }, parameters: 11_689_512, gmacs: 1.814 },
  example: null,
  sweep: { parameter: "size", values: [28, 56], nodes: { fc: [650, 31_370] } },
  block_outlines: { Stage: architecture("x", "x").outline },
  document: { format: 1, name: "ResNet-18" },
};

function show(path: string, answers: Record<string, unknown>) {
  const sent: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request);
    const { pathname } = new URL(request.url);
    return Response.json(answers[pathname] ?? null, { status: pathname in answers ? 200 : 404 });
  });
  const router = createMemoryRouter(
    [
      { path: "/architectures", Component: Gallery },
      { path: "/architectures/:id", Component: ArchitecturePage },
      { path: "/networks", Component: Starters },
      { path: "/networks/:id", element: <p>the editor</p> },
    ],
    { initialEntries: [path] },
  );
  const view = render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <PageBarProvider>
          <PageBarSlot />
          <RouterProvider router={router} />
        </PageBarProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, sent, router };
}

describe("findArchitectures", () => {
  const idsOf = (words: string) =>
    findArchitectures(CARDS, words, (one) => `title of ${one.family}`).map(({ id }) => id);
  test.each([
    ["resnet152", ["resnet152"]],
    ["ResNet 152", ["resnet152"]],
    ["1998", ["lenet5"]],
    ["lecun two", ["lenet5"]],
    ["两层卷积", ["lenet5"]],
    ["title of resnet", ["resnet18", "resnet152"]],
    ["nothing of this", []],
    ["", ["resnet18", "resnet152", "lenet5"]],
  ])("%s", (words, ids) => {
    expect(idsOf(words)).toEqual(ids);
  });
});

test("texts fall back from a region to its language, and to English", () => {
  expect([saidIn({ en: "a", zh: "b" }, "zh-CN"), saidIn({ en: "a", zh: "b" }, "fr")]).toEqual(["b", "a"]);
});

describe("Gallery", () => {
  test("shows cards by family; words and family are in the address", async () => {
    const { router } = show("/architectures", { "/api/architectures": CARDS, "/api/experiments": [] });
    expect(await screen.findByRole("link", { name: "ResNet-152" })).toBeTruthy();
    expect(screen.getAllByRole("heading", { level: 2 })[0]?.textContent).toBe("Experiments");
    expect(screen.getAllByRole("heading", { level: 2 })).toHaveLength(3);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "152" } });
    expect(screen.getAllByRole("listitem")).toHaveLength(1);
    expect(router.state.location.search).toBe("?q=152");
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "" } });
    fireEvent.click(screen.getByRole("radio", { name: "First convolutional networks" }));
    expect(screen.getAllByRole("listitem")).toHaveLength(1);
    expect(router.state.location.search).toBe("?family=convolution");
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "152" } });
    expect(screen.getByText("No ready-made network fits")).toBeTruthy();
  });

  test("a card opens as a network of one's own", async () => {
    const created = { id: "n1", name: "ResNet-18" };
    const { sent } = show("/architectures", {
      "/api/architectures": CARDS,
      "/api/architectures/resnet18": READ,
      "/api/networks": created,
    });
    fireEvent.click(await screen.findByRole("button", { name: "Open ResNet-18 as my network" }));
    expect(await screen.findByText("the editor")).toBeTruthy();
    expect(sent.some(({ method, url }) => method === "POST" && url.endsWith("/api/networks"))).toBe(true);
  });
});

describe("ArchitecturePage", () => {
  test("says what to look at and the figures beside the published ones, and shows every block", async () => {
    show("/architectures/resnet18", { "/api/architectures/resnet18": READ });
    expect(await screen.findByText("Second.")).toBeTruthy();
    expect(screen.getByText("11,689,512")).toBeTruthy();
    expect(screen.getByText("published: 11,689,512 (a table)")).toBeTruthy();
    expect(screen.getByRole("img", { name: "Block Stage" })).toBeTruthy();
    expect(screen.getByRole("columnheader", { name: "56" })).toBeTruthy();
    expect(screen.getByText("Bring pictures.")).toBeTruthy();
  });

  test("an address where nothing is leads back", async () => {
    show("/architectures/nothing", {});
    expect(await screen.findByText("There is no such ready-made network")).toBeTruthy();
  });
});

test("who has no network is offered the starters and the whole gallery", async () => {
  show("/networks", { "/api/architectures": CARDS });
  expect(await screen.findByRole("link", { name: "ResNet-18" })).toBeTruthy();
  expect(screen.getAllByRole("listitem")).toHaveLength(1);
  expect(screen.getByRole("link", { name: "See all 3 ready-made networks" }).getAttribute("href")).toBe(
    "/architectures",
  );
});
