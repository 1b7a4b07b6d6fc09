import { type ReactNode, createContext, use, useSyncExternalStore } from "react";
import * as api from "../api/account.ts";
import { browserClock } from "./clock.ts";
import { refreshKey } from "./refresh-key.ts";
import type { SessionMessage } from "./messages.ts";
import { sessionHint } from "./hint.ts";
import type { SessionState } from "./state.ts";
import { type SessionStore, sessionStore } from "./store.ts";

const SessionContext = createContext<SessionStore | undefined>(undefined);

/** The session of this page, synchronized with other tabs if the browser has BroadcastChannel. */
export function browserSession(): SessionStore {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("tintype-session") : undefined;
  const hint = sessionHint(() => window.localStorage);
  if (takeArrival()) hint.set();
  const key = refreshKey(() => window.localStorage);
  const session = sessionStore(api, browserClock, hint, key, (message) => channel?.postMessage(message));
  channel?.addEventListener(
    "message",
    ({ data }: MessageEvent<SessionMessage>) => void session.receive(data),
  );
  window.addEventListener("pageshow", ({ persisted }) => void (persisted && session.wake()));
  return session;
}

/** Whether a sign-in by a provider has led to this page, with a session that no script has seen. The address says it once. */
function takeArrival(): boolean {
  const isArrival = new URLSearchParams(location.search).has("signed-in");
  if (isArrival) history.replaceState(history.state, "", location.pathname);
  return isArrival;
}

export function SessionProvider({ session, children }: { session: SessionStore; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): SessionStore {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider above it");
  return session;
}

export function useSessionState(): SessionState {
  const { subscribe, getState } = useSession();
  return useSyncExternalStore(subscribe, getState);
}
