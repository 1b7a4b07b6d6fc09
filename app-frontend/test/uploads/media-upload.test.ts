import { beforeEach, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import type { Media, MediaAnnouncement } from "../../src/api/media.ts";
import { type MediaStore, canResume, mediaUpload } from "../../src/uploads/media-upload.ts";

const media = (id: string, state: Media["state"]) => ({ id, state }) as Media;
const file = new File(["sound"], "talk \u202e.mp3", { type: "audio/mpeg" });

let log: string[];
let announced: MediaAnnouncement[];
let waits: number[];
let completions: (Media | ApiError)[];
let sendFails: boolean;

const store: MediaStore = {
  async announce(announcement, key) {
    announced.push(announcement);
    log.push(`announce ${key}`);
    return { media: media("m", "pending"), upload: { url: "u", headers: {} } };
  },
  async send() {
    log.push("send");
    if (sendFails) throw new ApiError("unreachable");
  },
  async complete(id) {
    log.push(`complete ${id}`);
    const next = completions.shift()!;
    if (next instanceof ApiError) throw next;
    return next;
  },
};

const start = (of: File = file) => mediaUpload(of, store, "k", async (ms) => void waits.push(ms));
const transfer = () => ({ onProgress() {}, signal: new AbortController().signal });

beforeEach(() => {
  log = [];
  announced = [];
  waits = [];
  completions = [media("m", "stored")];
  sendFails = false;
});

it("announces, sends and completes", async () => {
  expect(await start().run(transfer())).toEqual(media("m", "stored"));
  expect(log).toEqual(["announce k", "send", "complete m"]);
  expect(announced).toEqual([{ name: "talk .mp3", bytes: 5, contentType: "audio/mpeg" }]);
});

it("PRJ-39 asks until the server has looked through the file, and waits while it is busy", async () => {
  const busy = new ApiError("unavailable", { status: 503, waitS: 7 });
  completions = [media("m", "pending"), busy, new ApiError("timeout"), media("other", "stored")];
  expect((await start().run(transfer())).id).toBe("other");
  expect(waits).toEqual([2_000, 7_000, 2_000]);
});

it("PRJ-39 does not ask for ever", async () => {
  completions = Array.from({ length: 100 }, () => new ApiError("unavailable"));
  await expect(start().run(transfer())).rejects.toMatchObject({ code: "unavailable" });
  expect(waits).toHaveLength(60);
});

it("PRJ-11 announces once more under the same key after a failure, and does not send twice what has arrived", async () => {
  const upload = start();
  sendFails = true;
  await expect(upload.run(transfer())).rejects.toMatchObject({ code: "unreachable" });
  sendFails = false;
  completions = [new ApiError("internal"), media("m", "stored")];
  await expect(upload.run(transfer())).rejects.toMatchObject({ code: "internal" });
  await upload.run(transfer());
  expect(log).toEqual(["announce k", "send", "announce k", "send", "complete m", "complete m"]);
});

it("sends again what has not arrived", async () => {
  const upload = start();
  completions = [new ApiError("not_uploaded"), media("m", "stored")];
  await expect(upload.run(transfer())).rejects.toMatchObject({ code: "not_uploaded" });
  await upload.run(transfer());
  expect(log.filter((each) => each === "send")).toHaveLength(2);
});

it("does not send what the server would refuse", async () => {
  await expect(start(new File([], "a.mp3")).run(transfer())).rejects.toMatchObject({ code: "empty_image" });
  const large = Object.defineProperty(new File(["x"], "a.mp3"), "size", { value: 200 * 2 ** 20 + 1 });
  await expect(start(large).run(transfer())).rejects.toMatchObject({ code: "media_too_large" });
  expect(log).toEqual([]);
});

it("is resumed unless the file is wrong or the server has dropped it", () => {
  const codes = [
    "unreachable",
    "internal",
    "not_uploaded",
    "unsupported_media",
    "quota_exceeded",
    "not_found",
  ];
  const resumable = codes.filter((code) => canResume(new ApiError(code)));
  expect(resumable).toEqual(["unreachable", "internal", "not_uploaded"]);
});

it("stops when it is cancelled", async () => {
  const stop = new AbortController();
  completions = [media("m", "pending"), media("m", "stored")];
  const upload = mediaUpload(file, store, "k", async () => stop.abort());
  await expect(upload.run({ onProgress() {}, signal: stop.signal })).rejects.toMatchObject({
    code: "cancelled",
  });
});
