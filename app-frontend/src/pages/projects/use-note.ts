import { useEffect, useState } from "react";
import { ApiError, hasCode } from "../../api/error.ts";
import { newKey } from "../../api/new-key.ts";
import * as api from "../../api/projects.ts";
import { browserClock } from "../../session/clock.ts";
import { browserDrafts, type StoredDraft } from "../../session/drafts.ts";
import { useSession } from "../../session/session.tsx";
import type { SessionState } from "../../session/state.ts";
import type { SessionStore } from "../../session/store.ts";
import { type Ending, type NoteApi, type OpenNote, openNote } from "./open-note.ts";
import { projectChannel } from "./project-channel.ts";

export type Opened =
  | { status: "loading" }
  | { status: "failed"; error: ApiError }
  /** The project does not exist, but text of it may. */
  | { status: "gone"; drafts: readonly StoredDraft[] }
  | { status: "open"; note: OpenNote };

/** In memory, so that a duplicated tab has another one. */
const tab = newKey();

/** Opens a project for editing, until the page is left. `retry` loads it again. */
export function useNote(projectId: string, accountId: string) {
  const session = useSession();
  const [opened, setOpened] = useState<Opened>({ status: "loading" });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const place = { accountId, projectId, tab };
    const stop = new AbortController();
    let note: OpenNote | undefined;
    const refresh = () => void note?.refresh().catch(() => {}); // it is asked again when the page is shown next
    const broadcast = "BroadcastChannel" in window ? new BroadcastChannel("tintype-projects") : undefined;
    const channel = projectChannel(place, broadcast, refresh);

    async function open() {
      const calls = noteApi(session, projectId);
      const [tabs, loaded] = await Promise.all([
        channel.openTabs(),
        calls.get().catch((error: unknown) => error as ApiError),
      ]);
      if (stop.signal.aborted) return;
      const left = browserDrafts.list(accountId, projectId).filter((each) => !tabs.has(each.tab));
      if (hasCode(loaded, "not_found")) return setOpened({ status: "gone", drafts: left });
      if (loaded instanceof Error) return setOpened({ status: "failed", error: known(loaded) });
      note = openNote({
        ...loaded,
        ...{ api: calls, drafts: browserDrafts, place, left, clock: browserClock, newKey },
        onSaved: channel.saved,
      });
      setOpened({ status: "open", note });
    }

    function askBeforeLoss(event: Event) {
      note?.leave();
      if (note?.queue.isDirty() && !note.getState().keepsDrafts) event.preventDefault();
    }

    const on = (target: EventTarget, name: string, react: (event: Event) => void) =>
      target.addEventListener(name, react, { signal: stop.signal });
    on(document, "visibilitychange", () => (document.hidden ? note?.leave() : refresh()));
    on(window, "pagehide", () => note?.leave());
    on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && refresh());
    on(window, "online", refresh);
    on(window, "beforeunload", askBeforeLoss);
    setOpened({ status: "loading" });
    void open();
    return () => {
      note?.end(endingIn(session.getState(), accountId));
      stop.abort();
      channel.close();
    };
  }, [session, projectId, accountId, attempt]);

  return { opened, retry: () => setAttempt((last) => last + 1) };
}

/** Another page, another account and the end of the session all end the editing. */
function endingIn(state: SessionState, accountId: string): Ending {
  if (state.status === "signed-in") return state.account.id === accountId ? "save" : "keep";
  return state.status === "signed-out" && state.because !== "ended" ? "drop" : "keep";
}

function noteApi({ withAccessToken }: SessionStore, id: string): NoteApi {
  return {
    get: () => withAccessToken((token) => api.getProject(token, id)),
    getChanged: (etag) => withAccessToken((token) => api.getChanged(token, id, etag)),
    save: (notes, save) => withAccessToken((token) => api.saveNotes(token, id, notes, save)),
    change: (facts, etag) => withAccessToken((token) => api.changeProject(token, id, facts, etag)),
    restore: () => withAccessToken((token) => api.restoreProject(token, id)),
    create: (project, key) => withAccessToken((token) => api.createProject(token, project, key)),
  };
}

function known(error: Error): ApiError {
  return error instanceof ApiError ? error : new ApiError("internal");
}
