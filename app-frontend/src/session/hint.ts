import { browserStore, type Store } from "./browser-store.ts";

const key = "tintype-session";

/** Remembers that this browser has a session: the cookie itself is hidden from scripts. It tells nothing about whose. */
export type SessionHint = { isSet(): boolean; set(): void; clear(): void };

/** In what `open` gives, which may throw: where a browser keeps nothing, there may be a session all the same. */
export function sessionHint(open: () => Store): SessionHint {
  const attempt = browserStore(open);
  return {
    isSet: () => attempt((store) => store.getItem(key)) !== null,
    set: () => attempt((store) => store.setItem(key, "1")),
    clear: () => attempt((store) => store.removeItem(key)),
  };
}
