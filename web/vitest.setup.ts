import { server } from "@lantai/client/testing";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";

// What the pages ask of a browser and jsdom has not.
const realStyle = window.getComputedStyle.bind(window);
window.getComputedStyle = (element) => realStyle(element);
window.scrollTo = () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;
window.matchMedia = (query) =>
  ({
    matches: query.includes("min-width"),
    media: query,
    onchange: null,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
  }) satisfies MediaQueryList;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// A wait ends when the state is there; the limit only says when to give up, on however slow a machine.
configure({ asyncUtilTimeout: 15_000 });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
  localStorage.clear();
});
afterAll(() => server.close());
