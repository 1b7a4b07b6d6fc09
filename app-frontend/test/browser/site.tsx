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

type Answers = Record<string, (body: unknown, headers: Headers) => unknown>;

/** The whole site at `pathname`, with a server that returns `answers` and is unreachable for everything else. */
export async function open(pathname: string, answers: Answers) {
  globalThis.fetch = async (url, { method = "GET", body, headers } = {}) => {
    const answer = answers[`${method} ${String(url)}`];
    if (!answer) throw new TypeError("Failed to fetch");
    const found = (await answer(body ? JSON.parse(String(body)) : undefined, new Headers(headers))) ?? {};
    return found instanceof Response ? found : Response.json(found);
  };
  Object.assign(globalThis, { XMLHttpRequest: sentTo(answers) });
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

/** Files go by `XMLHttpRequest`, which reports progress. An answer is their status. */
function sentTo(answers: Answers) {
  return class {
    upload: { onprogress?: (event: object) => void } = {};
    status = 0;
    responseText = "";
    onload?: () => void;
    onerror?: () => void;
    onabort?: () => void;
    #request = "";

    open(method: string, url: string) {
      this.#request = `${method} ${url}`;
    }
    setRequestHeader() {}
    abort() {
      this.onabort?.();
    }
    async send(file: File) {
      this.upload.onprogress?.({ loaded: 0, total: file.size });
      const answer = answers[this.#request];
      if (!answer) return this.onerror?.();
      this.status = (await answer(file, new Headers())) as number;
      this.onload?.();
    }
  };
}

/** No other tabs answer, and tests end before any token expires. */
function after(delayMs: number, task: () => void) {
  const timer = delayMs < 1_000 ? setTimeout(task) : undefined;
  return () => clearTimeout(timer);
}
