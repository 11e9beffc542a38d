import { act, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { chooseContrast, useContrast, useHasMoreContrast } from "./contrast";

const shown = () => document.documentElement.getAttribute("data-contrast");

afterEach(() => chooseContrast("auto"));

describe("contrast", () => {
  test("that is chosen holds at once and is kept for the next visit", () => {
    const { result } = renderHook(() => [useContrast(), useHasMoreContrast()]);
    expect(result.current).toEqual(["auto", false]);
    act(() => chooseContrast("more"));
    expect(result.current).toEqual(["more", true]);
    expect(shown()).toBe("more");
    expect(localStorage.getItem("netwright-contrast")).toBe("more");
    act(() => chooseContrast("usual"));
    expect(shown()).toBe("usual");
  });
});
