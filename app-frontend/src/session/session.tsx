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
  const key = refreshKey(() => window.localStorage);
  const session = sessionStore(api, browserClock, hint, key, (message) => channel?.postMessage(message));
  channel?.addEventListener(
    "message",
    ({ data }: MessageEvent<SessionMessage>) => void session.receive(data),
  );
  window.addEventListener("pageshow", ({ persisted }) => void (persisted && session.wake()));
  return session;
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
