import { ApiError, isSignedOut } from "../../api/error.ts";
import type { Current, Notes, Project } from "../../api/project-types.ts";
import { type Save, currentIn } from "../../api/projects.ts";
import { emitter } from "../../emitter.ts";

/** What a save replaces: the tag of the project, and the hash of its notes. */
export type Base = { etag: string; sha256: string };

export type SaveState =
  | { status: "saved" }
  | { status: "unsaved" }
  | { status: "saving" }
  /** It tries again by itself. */
  | { status: "failed"; error: ApiError }
  /** It does not: the person has to do something first. */
  | { status: "refused"; error: ApiError }
  | { status: "conflict"; current: Current };

export type SaveClock = { now(): number; after(delayMs: number, task: () => void): () => void };

type Dependencies = {
  save: (notes: Notes, save: Save) => Promise<Project>;
  /** The notes to save now. */
  notes: () => Notes;
  clock: SaveClock;
  newKey: () => string;
};

export type SaveQueue = ReturnType<typeof saveQueue>;

const pauseMs = 2_000;
const latestMs = 10_000;
const retriesMs = [1_000, 2_000, 4_000, 8_000, 10_000];
const maxNotesBytes = 1_048_576;
/** Browsers refuse 64 KiB for all requests of a page that outlive it. */
const maxKeepaliveBytes = 60_000;
const maxRepeats = 5;
/** Shorter than other calls: while one hangs, nothing is saved. */
const leastTimeoutMs = 15_000;
const leastBytesPerMs = 20;
/** Answers that a repetition would get again. */
const final = [
  "in_bin",
  "not_found",
  "quota_exceeded",
  "notes_too_large",
  "invalid_input",
  "another_account",
];

/**
 * Saves notes while they are edited: one save at a time, after a pause, repeated under its key until it is answered. A
 * change from elsewhere is a conflict unless it left the notes as they were.
 */
export function saveQueue(initial: Base, { save, notes, clock, newKey }: Dependencies) {
  const changed = emitter();
  const arrived = emitter<[Project]>();
  let base = initial;
  let key = newKey();
  let state: SaveState = { status: "saved" };
  let dirtySinceMs: number | undefined;
  let edits = 0;
  let failures = 0;
  let repeats = 0;
  let inFlight = false;
  /** The server takes the next save only later. */
  let isHeld = false;
  let isOver = false;
  /** Of what was typed while the save was sent that was in flight at the end. */
  let restIsDue = false;
  let callOff = () => {};

  function become(next: SaveState) {
    if (isOver || (next.status === state.status && next.status !== "failed" && next.status !== "refused"))
      return;
    state = next;
    changed.emit();
  }

  function sendIn(delayMs: number) {
    callOff();
    if (isOver) return;
    callOff = clock.after(delayMs, () => void send());
  }

  async function send({ isLeaving = false, isRest = false } = {}) {
    callOff();
    if (inFlight || (isOver && !isRest) || dirtySinceMs === undefined || state.status === "conflict") return;
    const content = notes();
    const bytes = new TextEncoder().encode(JSON.stringify(content)).length;
    if (bytes > maxNotesBytes) return become({ status: "refused", error: new ApiError("notes_too_large") });
    const sent = edits;
    isHeld = false;
    inFlight = true;
    become({ status: "saving" });
    const keepalive = isLeaving && bytes < maxKeepaliveBytes;
    const timeoutMs = leastTimeoutMs + bytes / leastBytesPerMs;
    const attempt = { ifMatch: base.etag, idempotencyKey: key, keepalive, timeoutMs };
    const result = await save(content, attempt).catch((error: unknown) => error);
    inFlight = false;
    if (!(result instanceof Error) && result) accept(result as Project, sent);
    else if (!isOver) fail(result);
  }

  function accept(project: Project, sent: number) {
    base = { etag: project.etag, sha256: project.notesSha256 };
    key = newKey();
    failures = 0;
    repeats = 0;
    dirtySinceMs = edits === sent ? undefined : clock.now();
    become({ status: dirtySinceMs === undefined ? "saved" : "unsaved" });
    if (restIsDue) void send({ isRest: true });
    else if (dirtySinceMs !== undefined) sendIn(pauseMs);
    restIsDue = false;
    arrived.emit(project);
  }

  function fail(error: unknown) {
    const current = currentIn(error);
    if (current) return meet(current);
    const known = error instanceof ApiError ? error : new ApiError("internal");
    const isFinal = final.includes(known.code) || isSignedOut(known);
    if (isFinal) return become({ status: "refused", error: known });
    isHeld = known.code === "too_many_requests" && failures === 0; // too many saves before this one
    become(isHeld ? { status: "unsaved" } : { status: "failed", error: known });
    const waitMs = (known.waitS ?? 0) * 1_000;
    sendIn(Math.max(waitMs, retriesMs[Math.min(failures, retriesMs.length - 1)]!));
    failures += 1;
  }

  /** Repeats over what the server has if this text replaces nothing of anyone there: the same notes, or its own earlier ones. */
  function meet(current: Current) {
    const isOurs = current.saved !== null && current.saved === current.version;
    if (!isOurs && current.notesSha256 !== base.sha256) return become({ status: "conflict", current });
    base = { etag: current.etag, sha256: current.notesSha256 };
    key = newKey();
    repeats += 1;
    become({ status: "unsaved" });
    if (repeats > maxRepeats) sendIn(latestMs);
    else void send();
  }

  return {
    getState: () => state,
    subscribe: changed.subscribe,
    /** Subscribes to projects as saves return them. */
    onArrived: arrived.subscribe,
    base: () => base,
    key: () => key,
    isDirty: () => dirtySinceMs !== undefined,

    /** The notes have changed. */
    edited() {
      edits += 1;
      dirtySinceMs ??= clock.now();
      if (inFlight || isHeld || state.status === "conflict") return;
      if (state.status !== "failed") {
        become({ status: "unsaved" });
        sendIn(Math.max(0, Math.min(pauseMs, dirtySinceMs + latestMs - clock.now())));
      }
    },

    /** Saves now what is not saved: the page is hidden, the network is back, or the person asks. */
    flush: ({ isLeaving = false } = {}) => send({ isLeaving }),

    /** Goes on from other notes, which the server has. What was not saved is dropped. */
    follow(next: Base) {
      base = next;
      key = newKey();
      edits += 1;
      dirtySinceMs = undefined;
      callOff();
      become({ status: "saved" });
    },

    /** Goes on from a draft: its text is unsaved, over what it was written over. */
    adopt(draft: Base, draftKey: string) {
      base = draft;
      key = draftKey;
      edits += 1;
      dirtySinceMs = clock.now();
      become({ status: "unsaved" });
      sendIn(0);
    },

    /** Other facts were saved. Returns whether the notes are still those that this text replaces. */
    rebase({ etag, notesSha256 }: Pick<Project, "etag" | "notesSha256">): boolean {
      const isSame = notesSha256 === base.sha256;
      if (isSame) base = { etag, sha256: notesSha256 };
      return isSame;
    },

    /** Sends nothing after this but what is not saved yet, once, if `saves`. */
    end({ saves }: { saves: boolean }) {
      restIsDue = saves && inFlight;
      if (saves) void send();
      isOver = true;
      callOff();
    },
  };
}
