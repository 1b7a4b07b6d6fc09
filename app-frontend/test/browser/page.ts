import { type ReactNode, act } from "react";
import { openWindow } from "./window.ts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** Renders `what` on an empty page, and returns what a person can do there. */
export async function show(what: ReactNode, pathname = "/") {
  const window = openWindow(pathname);
  const { document } = window;
  // React looks for a window when it is loaded.
  const { createRoot } = await import("react-dom/client");
  const root = document.getElementById("root")!;
  const react = createRoot(root);
  const all = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag) => [...root.querySelectorAll(tag)];
  const named = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text: string) =>
    all(tag).find((element) => element.textContent.startsWith(text));
  const render = (next: ReactNode) => act(async () => react.render(next));
  await render(what);

  return {
    render,
    all,
    text: () => root.textContent,
    path: () => window.location.pathname,
    focused: () => document.activeElement!,
    button: (text: string) => named("button", text),
    /** The control that a label names. */
    field: (label: string) => named("label", label)!.control as HTMLInputElement,
    /** Waits for what `work` leads to. */
    after: (work: () => unknown) => act(async () => void (await work())),
    /** Waits for a part of the page that is loaded when it is needed. */
    async until(isShown: () => unknown) {
      for (let tries = 0; tries < 500 && !isShown(); tries += 1)
        await act(() => new Promise<void>((resolve) => void setTimeout(resolve, 10)));
    },
    press: (button: HTMLElement) => act(async () => (button.focus(), button.click())),
    type: (field: HTMLInputElement, text: string) => act(async () => enter(field, text)),
    /** Picks a file, as if in the browser's dialog. */
    pick: (field: HTMLInputElement, file: File) =>
      act(async () => {
        Object.defineProperty(field, "files", { value: [file], configurable: true });
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }),
    close: () => act(async () => (react.unmount(), window.close())),
  };
}

/** Uses the prototype's setter: React ignores changes made through its own setter on the field. */
function enter(field: HTMLInputElement, text: string) {
  field.focus();
  Reflect.set(Object.getPrototypeOf(field), "value", text, field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
