import { type DOMWindow, JSDOM } from "jsdom";

/** Browser globals that must come from the window, not from Node: events reach only objects of their window. */
const globals = [
  "document",
  "location",
  "history",
  "navigator",
  "Event",
  "PopStateEvent",
  "AbortController",
  "AbortSignal",
  "IntersectionObserver",
] as const;

/** A new window at `pathname`, which the site and React use from here on. */
export function openWindow(pathname: string): DOMWindow {
  const { window } = new JSDOM('<div id="root"></div>', { url: `https://tintype.test${pathname}` });
  addLayout(window);
  for (const name of globals) define(name, window[name]);
  define("window", window);
  return window;
}

/** What jsdom lacks, because it has no layout. */
function addLayout(window: DOMWindow) {
  Object.assign(window, {
    isSecureContext: true,
    scrollTo() {},
    IntersectionObserver: class {
      observe() {}
      disconnect() {}
    },
  });
  Object.assign(window.HTMLDialogElement.prototype, {
    showModal(this: HTMLDialogElement) {
      this.open = true;
    },
    close(this: HTMLDialogElement) {
      this.open = false;
    },
  });
}

/** Node has some of these as getters, which cannot be assigned to. */
function define(name: string, value: unknown) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
