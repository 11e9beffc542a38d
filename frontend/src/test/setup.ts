import "../app/i18n";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { loadAllWords } from "../app/language";

/** What React Flow and Mantine ask of a browser and jsdom does not have. */
class ResizeObserverStub implements ResizeObserver {
  constructor(private readonly callback: ResizeObserverCallback) {}
  observe(target: Element): void {
    const size = { inlineSize: 1000, blockSize: 800 };
    const entry: ResizeObserverEntry = {
      target,
      contentRect: target.getBoundingClientRect(),
      borderBoxSize: [size],
      contentBoxSize: [size],
      devicePixelContentBoxSize: [size],
    };
    this.callback([entry], this);
  }
  unobserve(): void {}
  disconnect(): void {}
}

class DOMMatrixReadOnlyStub {
  readonly m22: number;
  constructor(transform?: string) {
    const scale = transform?.match(/scale\(([\d.]+)\)/)?.[1];
    this.m22 = scale === undefined ? 1 : Number(scale);
  }
}

vi.stubGlobal("ResizeObserver", ResizeObserverStub);
vi.stubGlobal("DOMMatrixReadOnly", DOMMatrixReadOnlyStub);

function matchMediaStub(query: string): MediaQueryList {
  return Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => {},
    removeListener: () => {},
  });
}

Object.defineProperties(window, { matchMedia: { value: matchMediaStub, configurable: true } });
Object.defineProperties(HTMLElement.prototype, {
  offsetWidth: { get: () => 200, configurable: true },
  offsetHeight: { get: () => 60, configurable: true },
  scrollIntoView: { value: () => {}, configurable: true },
});
Object.defineProperty(SVGElement.prototype, "getBBox", {
  value: () => ({ x: 0, y: 0, width: 0, height: 0 }),
  configurable: true,
});
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

await loadAllWords();
beforeEach(() => localStorage.clear());
afterEach(() => cleanup());
