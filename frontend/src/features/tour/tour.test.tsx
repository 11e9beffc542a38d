import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import { TourOffer, TourStrip, tour } from "./index";

function show(hasExample: boolean, address = "/networks") {
  return render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter initialEntries={[address]}>
          <main id="main" tabIndex={-1}>
            <TourStrip />
            <TourOffer hasExample={hasExample} />
          </main>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeEach(() => {
  localStorage.clear();
  tour.setState({ step: null, isOver: false });
});

describe("the tour", () => {
  test("is offered by itself beside the example only, without taking the keyboard", () => {
    show(true);
    expect(screen.getByTestId("tour").dataset.step).toBe("1");
    expect(document.activeElement).toBe(document.body);
  });

  test("is not offered where there is no example", () => {
    show(false);
    expect(screen.queryByTestId("tour")).toBeNull();
  });

  test("that was asked for has the keyboard, and Escape ends it for good", () => {
    act(() => tour.setState({ step: 1 }));
    show(false);
    const title = screen.getByRole("heading", { name: "An example to begin with" });
    expect(document.activeElement).toBe(title);
    fireEvent.keyDown(title, { key: "Escape" });
    expect(screen.queryByTestId("tour")).toBeNull();
    expect(document.activeElement?.id).toBe("main");
    expect(localStorage.getItem("netwright-tour")).toBe("over");
  });

  test("goes to its last step by itself where the run was started by the form", () => {
    act(() => tour.setState({ step: 3 }));
    show(true, "/runs/abc");
    expect(screen.getByTestId("tour").dataset.step).toBe("4");
    fireEvent.click(screen.getByRole("button", { name: "Finish" }));
    expect(screen.queryByTestId("tour")).toBeNull();
  });
});
