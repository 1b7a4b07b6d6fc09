import { browserStore, type Store } from "./browser-store.ts";

const key = "tintype-session";

/** Remembers that this browser has a session, not whose: the cookie itself is hidden from scripts. */
export type SessionHint = { isSet(): boolean; set(): void; clear(): void };

/** Uses the store that `open` returns. If it throws, as in a browser without storage, a session is possible. */
export function sessionHint(open: () => Store): SessionHint {
  const attempt = browserStore(open);
  return {
    isSet: () => attempt((store) => store.getItem(key)) !== null,
    set: () => attempt((store) => store.setItem(key, "1")),
    clear: () => attempt((store) => store.removeItem(key)),
  };
}
