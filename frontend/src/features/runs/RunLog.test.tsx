import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { RunLog } from "./RunLog";
import type { LogLine } from "./runSession";

Element.prototype.scrollIntoView = () => undefined;

const line = (message: string, index: number): LogLine => ({
  id: String(index),
  time: 1_800_000_000 + index,
  attempt: 1,
  level: "info",
  message,
});

function renderLog(...messages: string[]) {
  render(
    <MantineProvider>
      <RunLog runId="r" lines={messages.map(line)} />
    </MantineProvider>,
  );
  const search = screen.getByRole("searchbox", { name: "Search the log" });
  const log = screen.getByTestId("run-log");
  return {
    search,
    log,
    marked: () => [...log.querySelectorAll("mark")].map((mark) => mark.textContent),
    current: () => log.querySelector("[aria-current]")?.textContent?.slice(8),
    step: (isUp: boolean) => fireEvent.keyDown(search, { key: "Enter", shiftKey: isUp }),
  };
}

it("marks what is searched, whatever its case and characters, and steps through the lines that hold it", () => {
  const { search, log, marked, current, step } = renderLog("Loss (a)", "none", "loss (a), LOSS (A)");
  fireEvent.change(search, { target: { value: "loss (a)" } });
  expect(marked()).toEqual(["Loss (a)", "loss (a)", "LOSS (A)"]);
  expect(log.textContent).not.toContain("none");
  expect(screen.getByRole("status").textContent).toBe("found in 2 lines");
  step(false);
  expect(current()).toBe("loss (a), LOSS (A)");
  expect(screen.getByRole<HTMLInputElement>("switch", { name: "Follow" }).checked).toBe(false);
  step(true);
  expect(current()).toBe("Loss (a)");
  expect(screen.getByRole("status").textContent).toBe("1 of 2");
  step(true);
  expect(current()).toBe("loss (a), LOSS (A)");
});

it("shows what was found among its neighbours, and a line that is too early to be drawn at first", () => {
  const { search, log, current, step } = renderLog(
    "needle",
    ...Array.from({ length: 1500 }, (_, index) => `hay ${index}`),
  );
  fireEvent.change(search, { target: { value: "needle" } });
  fireEvent.click(screen.getByRole("switch", { name: "Only lines with it" }));
  expect(log.textContent).not.toContain("needle");
  step(false);
  expect(current()).toBe("needle");
  expect(log.textContent).toContain("hay 0");
});
