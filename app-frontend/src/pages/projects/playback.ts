import { ApiError, hasCode } from "../../api/error.ts";
import type { MediaUrl } from "../../api/media.ts";
import { emitter } from "../../emitter.ts";
import { isPlace } from "./stamps.ts";

export type MediaElement = EventTarget &
  Pick<HTMLMediaElement, "currentTime" | "duration" | "paused" | "play" | "pause" | "readyState" | "src">;

export type PlaybackState = { status: "loading" | "ready" } | { status: "failed"; error: ApiError };

export type Playback = ReturnType<typeof playback>;

const marginMs = 60_000;
/** A browser whose clock is wrong would take each URL for an expired one. */
const leastMs = 30_000;
const unplayable = "This browser cannot play the file, or the file is lost. Your notes are not affected.";

/**
 * Plays media by URLs that expire. A new one is requested by the clock, when it is played, paused or sought, because
 * Safari reports no error then; and after an error, once. It goes on at its place.
 */
export function playback(element: MediaElement, getUrl: () => Promise<MediaUrl>, now: () => number) {
  const changed = emitter();
  const stop = new AbortController();
  let state: PlaybackState = { status: "loading" };
  let staleAtMs = 0;
  let place = 0;
  let plays = false;
  let loading: Promise<void> | undefined;
  let isRetry = false;

  function become(next: PlaybackState) {
    state = next;
    if (!stop.signal.aborted) changed.emit();
  }

  function on(name: string, react: () => void) {
    element.addEventListener(name, react, { signal: stop.signal });
  }

  async function request() {
    try {
      const { url, expiresAt } = await getUrl();
      if (stop.signal.aborted) return;
      staleAtMs = Math.max(Date.parse(expiresAt) - marginMs, now() + leastMs);
      element.src = url; // pauses and goes to the beginning: `arrive` takes it back
    } catch (error) {
      loading = undefined;
      const known = error instanceof ApiError ? error : new ApiError("internal");
      become({ status: "failed", error: hasCode(known, "not_found") ? new ApiError("media_gone") : known });
    }
  }

  function load() {
    loading ??= request();
  }

  function arrive() {
    if (place > 0) element.currentTime = place;
    if (plays) void element.play().catch(() => {}); // a browser may ask for a click first
    loading = undefined;
    become({ status: "ready" });
  }

  function renewIfLate() {
    if (!loading && now() > staleAtMs) load();
  }

  function fail() {
    loading = undefined;
    if (isRetry)
      return become({ status: "failed", error: new ApiError("unplayable", { message: unplayable }) });
    isRetry = true;
    load();
  }

  on("loadedmetadata", arrive);
  on("error", fail);
  on("timeupdate", () => {
    if (loading) return;
    place = element.currentTime;
    if (!element.paused) isRetry = false;
  });
  on("seeking", () => {
    if (loading) return;
    place = element.currentTime;
    renewIfLate();
  });
  on("play", () => {
    plays = true;
    renewIfLate();
  });
  on("pause", () => {
    if (loading) return;
    plays = false;
    renewIfLate();
  });
  load();

  return {
    getState: () => state,
    subscribe: changed.subscribe,

    /** Where it is, in seconds. The element reports it four times a second at most, and later while it is busy. */
    place(): number {
      if (!loading && element.readyState > 0) place = element.currentTime;
      return place;
    },

    /** Goes to a place and plays. Returns whether the media has the place. */
    seek(seconds: unknown, { play = true } = {}): boolean {
      if (!isPlace(seconds, element.duration)) return false;
      place = seconds;
      if (play) plays = true;
      if (loading || element.readyState === 0) return true; // it begins there
      element.currentTime = seconds;
      if (play) void element.play().catch(() => {});
      return true;
    },

    /** Goes that many seconds forward, or back if negative. */
    step(seconds: number) {
      const { duration } = element;
      const end = isPlace(duration) ? duration : Infinity;
      this.seek(Math.min(Math.max(this.place() + seconds, 0), end), { play: false });
    },

    toggle() {
      if (element.paused) void element.play().catch(() => {});
      else element.pause();
    },

    retry() {
      isRetry = false;
      become({ status: "loading" });
      load();
    },

    end() {
      stop.abort();
      element.pause();
    },
  };
}
