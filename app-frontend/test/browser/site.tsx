import type { ReactNode } from "react";
import { show } from "./page.ts";
import { App } from "../../src/app.tsx";
import * as api from "../../src/api/account.ts";
import { browserClock } from "../../src/session/clock.ts";
import { refreshKey } from "../../src/session/refresh-key.ts";
import { SessionProvider } from "../../src/session/session.tsx";
import { type SessionStore, sessionStore } from "../../src/session/store.ts";
import { UploadsProvider } from "../../src/uploads/uploads.tsx";

/** The account of a person of this name. */
export const accountOf = (name: string): api.Account => ({
  id: name,
  email: `${name}@example.com`,
  imageUrl: "/picture",
  username: name,
  firstName: name,
  lastName: null,
  confirmed: true,
  createdAt: "2026-03-03T12:00:00Z",
});

export const tokenResponseFor = (account: api.Account): api.TokenResponse => ({
  accessToken: `of ${account.id}`,
  expiresIn: 600,
  account,
});

export const inSession = (session: SessionStore, what: ReactNode) => (
  <SessionProvider session={session}>{what}</SessionProvider>
);

type Answers = Record<string, (body: unknown) => unknown>;

/** The whole site at `pathname`, with a server that returns `answers` and is unreachable for everything else. */
export async function open(pathname: string, answers: Answers) {
  globalThis.fetch = async (url, { method = "GET", body } = {}) => {
    const answer = answers[`${method} ${String(url)}`];
    if (!answer) throw new TypeError("Failed to fetch");
    return Response.json((await answer(body ? JSON.parse(String(body)) : undefined)) ?? {});
  };
  const hint = { isSet: () => true, set() {}, clear() {} };
  const key = refreshKey(() => localStorage);
  const session = sessionStore(api, { ...browserClock, after }, hint, key, () => {});
  await session.start();
  const app = (
    <UploadsProvider>
      <App />
    </UploadsProvider>
  );
  return { session, page: await show(inSession(session, app), pathname) };
}

/** No other tabs answer, and tests end before any token expires. */
function after(delayMs: number, task: () => void) {
  const timer = delayMs < 1_000 ? setTimeout(task) : undefined;
  return () => clearTimeout(timer);
}
