import { type ReactNode, createContext, use, useSyncExternalStore } from "react";
import * as api from "../api/account.ts";
import { browserClock } from "./clock.ts";
import { renewalKey } from "./refresh-key.ts";
import type { SessionNews } from "./messages.ts";
import { sessionMark } from "./hint.ts";
import type { SessionState } from "./state.ts";
import { type SessionStore, sessionStore } from "./store.ts";

const SessionContext = createContext<SessionStore | undefined>(undefined);

/** The session of this page, in step with the other tabs where the browser lets them talk. */
export function browserSession(): SessionStore {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("tintype-session") : undefined;
  const mark = sessionMark(() => window.localStorage);
  const key = renewalKey(() => window.localStorage);
  const session = sessionStore(api, browserClock, mark, key, (news) => channel?.postMessage(news));
  channel?.addEventListener("message", ({ data }: MessageEvent<SessionNews>) => void session.hear(data));
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
