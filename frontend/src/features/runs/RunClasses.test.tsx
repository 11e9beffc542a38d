import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { RunRead } from "@/api";
import { classesEvent } from "@/test/classesEvent";
import { RunClasses } from "./RunClasses";
import type { ClassesEvent } from "./runSession";

const ANSWERS = {
  classes: ["cat", "dog"],
  confusion: [
    [3, 0],
    [0, 2],
  ],
};
const table = (epoch: number, is_best: boolean) => classesEvent(epoch, is_best, ANSWERS);

function renderTables(tables: ClassesEvent[], origin: RunRead["origin"] = null) {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>
        <RunClasses tables={tables} origin={origin} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.getByTestId("run-classes");
}

it("offers the best and the last epoch where they are two, and says of which the table is", () => {
  const panel = renderTables([table(1, true), table(2, true), table(4, false)]);
  expect(panel.textContent).toContain("after epoch 2, the best one.");
  fireEvent.click(screen.getByRole("radio", { name: "Last" }));
  expect(panel.textContent).toContain("after epoch 4.");
});

it("offers no choice where the newest epoch is the best", () => {
  const panel = renderTables([table(1, true), table(2, true)]);
  expect(screen.queryByRole("radio")).toBeNull();
  expect(panel.textContent).toContain("after epoch 2, the best one.");
});

it("calls no epoch of a branch the best where that is one of the run it came from", () => {
  const origin = { run: "p", name: "Parent", checkpoint: "c", step: 7, epoch: 7, mode: "everything" } as const;
  const panel = renderTables([table(9, false)], origin);
  expect(screen.queryByRole("radio")).toBeNull();
  expect(panel.textContent).toContain("after epoch 9. The best epoch is one of Parent, from which");
});
