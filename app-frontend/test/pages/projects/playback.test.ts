import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../../src/api/error.ts";
import { type Playback, playback } from "../../../src/pages/projects/playback.ts";

const hourMs = 3_600_000;
let nowMs: number;
let requests: number;
let answer: () => Promise<{ url: string; expiresAt: string; contentType: string }>;
let element: ReturnType<typeof fakeElement>;
let player: Playback;

/** What a browser's element does. */
function fakeElement() {
  const target = new EventTarget();
  return Object.assign(target, {
    currentTime: 0,
    duration: NaN,
    paused: true,
    readyState: 0,
    src: "",
    async play() {
      this.paused = false;
      target.dispatchEvent(new Event("play"));
    },
    pause() {
      this.paused = true;
      target.dispatchEvent(new Event("pause"));
    },
  });
}

const tell = (name: string) => element.dispatchEvent(new Event(name));
const settled = () => new Promise(setImmediate);

/** The element has loaded what `src` names. */
async function loaded() {
  await settled();
  Object.assign(element, { currentTime: 0, duration: 3_600, paused: true, readyState: 1 });
  tell("loadedmetadata");
  await settled();
}

function playTo(seconds: number) {
  element.currentTime = seconds;
  tell("timeupdate");
}

beforeEach(async () => {
  nowMs = 0;
  requests = 0;
  answer = async () => {
    requests += 1;
    const expiresAt = new Date(nowMs + hourMs).toISOString();
    return { url: `u${requests}`, expiresAt, contentType: "audio/mpeg" };
  };
  element = fakeElement();
  player = playback(
    element,
    () => answer(),
    () => nowMs,
  );
  await loaded();
});

it("loads a URL and is ready", () => {
  expect([element.src, player.getState().status]).toEqual(["u1", "ready"]);
});

it("PRJ-45 knows its place between two events of the element", async () => {
  await element.play();
  playTo(8);
  element.currentTime = 9.5;
  expect(player.place()).toBe(9.5);
});

it("PRJ-44 goes on at its place after a pause that was longer than its URL lives", async () => {
  await element.play();
  playTo(600);
  element.pause();
  nowMs += hourMs + 600_000;
  await element.play();
  await loaded();
  expect([requests, element.src, element.currentTime, element.paused]).toEqual([2, "u2", 600, false]);
});

it("PRJ-44 seeks to where the person went, with a new URL", async () => {
  nowMs += hourMs;
  element.currentTime = 900;
  tell("seeking");
  await loaded();
  expect([requests, element.currentTime, element.paused]).toEqual([2, 900, true]);
});

it("PRJ-44 does not request URLs without end if this machine's clock is wrong", async () => {
  nowMs += 24 * hourMs;
  answer = async () => {
    requests += 1;
    return { url: `u${requests}`, expiresAt: new Date(0).toISOString(), contentType: "audio/mpeg" };
  };
  await element.play();
  await loaded();
  element.pause();
  await element.play();
  await settled();
  expect(requests).toBe(2);
});

describe("PRJ-44 after an error", () => {
  beforeEach(async () => {
    await element.play();
    playTo(60);
    tell("error");
  });

  it("goes on with another URL, at its place", async () => {
    await loaded();
    expect([requests, element.src, element.currentTime, element.paused]).toEqual([2, "u2", 60, false]);
  });

  it("requests one URL for a failure, and then says that it cannot be played", async () => {
    await settled();
    tell("error");
    tell("error");
    await settled();
    expect(requests).toBe(2);
    expect(player.getState()).toMatchObject({ status: "failed", error: { code: "unplayable" } });
    player.retry();
    await loaded();
    expect([requests, player.getState().status, element.currentTime]).toEqual([3, "ready", 60]);
  });

  it("may renew again once it has played", async () => {
    await loaded();
    playTo(61);
    tell("error");
    await loaded();
    expect([requests, element.currentTime]).toEqual([3, 61]);
  });
});

it.each([
  ["not_found", "media_gone"],
  ["unreachable", "unreachable"],
])("PRJ-44 reports %s as %s, once", async (code, shown) => {
  answer = () => Promise.reject(new ApiError(code));
  tell("error");
  await settled();
  expect(player.getState()).toMatchObject({ status: "failed", error: { code: shown } });
});

it("PRJ-45 seeks to a stamp and plays, and does nothing for a place that it does not have", async () => {
  expect(player.seek(120)).toBe(true);
  expect([element.currentTime, element.paused]).toEqual([120, false]);
  for (const bad of [-5, NaN, 1e9, "7", null]) expect(player.seek(bad)).toBe(false);
  expect(element.currentTime).toBe(120);
  element.duration = Infinity;
  expect(player.seek(1e6)).toBe(true);
});

it("begins at a stamp that was chosen before it was loaded", async () => {
  element = fakeElement();
  player = playback(
    element,
    () => answer(),
    () => nowMs,
  );
  player.seek(30);
  await loaded();
  expect([element.currentTime, element.paused]).toEqual([30, false]);
});

it("steps within its length, and does not begin to play", () => {
  playTo(3);
  player.step(-5);
  expect(element.currentTime).toBe(0);
  playTo(3_598);
  player.step(5);
  expect([element.currentTime, element.paused]).toEqual([3_600, true]);
});

it("does nothing after its end", async () => {
  player.end();
  nowMs += 2 * hourMs;
  tell("error");
  await element.play();
  await settled();
  expect(requests).toBe(1);
});
