import { MantineProvider } from "@mantine/core";
import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { RunRead, RunSummary } from "@/api";
import { MetricStore } from "@/features/charts";
import { RunMilestones, RunsSpoken } from "./Spoken";

const listeners: ((rows: RunSummary[]) => void)[] = [];

vi.mock("@/api/runsLive", () => ({
  openRunsLive: ({ onItems }: { onItems: (rows: RunSummary[]) => void }) => {
    listeners.push(onItems);
    return () => listeners.splice(listeners.indexOf(onItems), 1);
  },
}));

beforeEach(() => void listeners.splice(0));

const run = (more: Partial<RunRead>) =>
  ({ state: "running", step: 0, total_steps: 100, epoch: 0, epochs: 4, ...more }) as RunRead;

function milestones(first: Partial<RunRead>) {
  const metrics = new MetricStore();
  const draw = (more: Partial<RunRead>) => (
    <MantineProvider>
      <RunMilestones run={run(more)} metrics={metrics} />
    </MantineProvider>
  );
  const { rerender } = render(draw(first));
  const region = screen.getByRole("status");
  const spoken: string[] = [];
  return {
    metrics,
    spoken,
    go(more: Partial<RunRead>) {
      const before = region.textContent;
      rerender(draw(more));
      if (region.textContent !== before) spoken.push(region.textContent ?? "");
    },
  };
}

it("each quarter of a training is said aloud once, with the epoch and the figure that one goes by", () => {
  const { metrics, spoken, go } = milestones({ state: "queued", total_steps: null });
  for (let step = 1; step <= 24; step += 1) go({ step, epoch: 1 });
  metrics.load([{ name: "val/Accuracy", steps: [25], epochs: [1], elapsed: [1], values: [0.9], points: 1 }]);
  for (let step = 25; step <= 60; step += 1) go({ step, epoch: Math.ceil(step / 25) });
  go({ step: 100, epoch: 4, state: "completed" });
  expect(spoken).toEqual([
    "Training has begun. Epoch 1 of 4.",
    "A quarter of the training is done. Epoch 1 of 4. val/Accuracy is 0.9000.",
    "Half of the training is done. Epoch 2 of 4. val/Accuracy is 0.9000.",
  ]);
});

it("what was reached before the page came is not said, and nothing twice after a resume that goes back", () => {
  const { spoken, go } = milestones({ step: 55, epoch: 3 });
  go({ step: 60, epoch: 3 });
  go({ step: 60, epoch: 3, state: "paused" });
  go({ step: 45, epoch: 2 });
  expect(spoken).toEqual([]);
});

it("a run that fails between two rows of the table is said aloud with its reason", () => {
  render(
    <MantineProvider>
      <RunsSpoken />
    </MantineProvider>,
  );
  const now = Date.now() / 1000 + 1;
  const row = { id: "a", name: "Digits", state: "failed", created: now, ended: now, reason: "not_finite" };
  const message = "The loss is not finite at step 3.";
  act(() => listeners[0]?.([{ ...row, message, warning: null, commands_waiting: [] } as unknown as RunSummary]));
  expect(screen.getByRole("status").textContent).toBe(`Digits has failed. ${message}`);
});
