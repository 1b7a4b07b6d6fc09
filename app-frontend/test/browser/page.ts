import { type ReactNode, act } from "react";
import { FakeDocument } from "./document.ts";
import type { FakeNode } from "./node.ts";

const documentOfPage = new FakeDocument();
const eventsOfWindow = new EventTarget();
const place = { pathname: "/" };
const entry = { state: undefined as unknown, pushState: go, replaceState: go };

function go(state: unknown, _: string, to: string) {
  entry.state = state;
  place.pathname = to;
}

// React looks for these when it is loaded: import this file before `react-dom`.
Object.assign(globalThis, {
  IS_REACT_ACT_ENVIRONMENT: true,
  window: globalThis,
  document: documentOfPage,
  location: place,
  history: entry,
  scrollTo() {},
  PopStateEvent: Event,
  HTMLIFrameElement: class {},
  IntersectionObserver: class {
    observe() {}
    disconnect() {}
  },
  isSecureContext: true,
  addEventListener: eventsOfWindow.addEventListener.bind(eventsOfWindow),
  removeEventListener: eventsOfWindow.removeEventListener.bind(eventsOfWindow),
  dispatchEvent: eventsOfWindow.dispatchEvent.bind(eventsOfWindow),
});
Object.defineProperty(globalThis, "navigator", {
  value: { onLine: true, userAgent: "" },
  configurable: true,
});

/** Shows `what` on an empty page, and gives what a person may do there. */
export async function show(what: ReactNode, pathname = "/") {
  go(undefined, "", pathname);
  const { createRoot } = await import("react-dom/client");
  const root = documentOfPage.body.appendChild(documentOfPage.createElement("div"));
  const react = createRoot(root as unknown as HTMLElement);
  const all = (tag: string) => [...root.all()].filter((node) => node.nodeName === tag.toUpperCase());
  const named = (tag: string, text: string) => all(tag).find((node) => node.textContent.startsWith(text));
  const render = (next: ReactNode) => act(async () => react.render(next));
  await render(what);

  return {
    render,
    all,
    text: () => root.textContent,
    path: () => place.pathname,
    focused: () => documentOfPage.activeElement,
    button: (text: string) => named("button", text),
    /** The control that a label names. */
    field(label: string): FakeNode {
      return documentOfPage.getElementById(named("label", label)!.attributes.get("for")!)!;
    },
    /** Waits for what `work` leads to. */
    after: (work: () => unknown) => act(async () => void (await work())),
    press: (button: FakeNode) => act(async () => (button.focus(), button.fire("click"))),
    type: (field: FakeNode, text: string) => act(async () => ((field.value = text), field.fire("input"))),
    submit: () => act(async () => all("form")[0]!.fire("submit")),
    close: () => act(async () => (react.unmount(), documentOfPage.body.removeChild(root))),
  };
}
