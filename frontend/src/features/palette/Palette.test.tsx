import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { EditorProvider } from "@/features/editor";
import { layerOf } from "@/test/renderEditor";
import { Palette } from "./Palette";

afterEach(() => {
  vi.restoreAllMocks();
});

it("is whole soon after it was opened, however long it is", async () => {
  // Neither the check nor the library answers.
  vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => {}));
  const layers = Array.from({ length: 90 }, (_, at) => layerOf(`Layer${at}`));
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <EditorProvider document={{ format: 1, name: "Empty" }} layers={layers}>
          <Palette />
        </EditorProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  expect(screen.getAllByRole("option").length).toBeLessThan(90);
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(90));
});
