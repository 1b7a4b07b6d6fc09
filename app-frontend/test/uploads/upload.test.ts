import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import type { GalleryImage } from "../../src/api/images.ts";
import { type UploadStore, imageUpload } from "../../src/uploads/upload.ts";

const jpeg = new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "hills.png", { type: "image/png" });
const minuteMs = 60_000;

/** A store that numbers its URLs and fails on command, once for each failure. */
function uploadStore() {
  const calls: string[] = [];
  const failures = new Map<string, string>();
  let issued = 0;
  function call(name: string, detail: string) {
    calls.push(`${name} ${detail}`);
    const code = failures.get(name);
    failures.delete(name);
    if (code) throw new ApiError(code);
  }
  const store: UploadStore = {
    async announce({ name, contentType, bytes }) {
      call("announce", `${name} ${contentType} ${bytes}`);
      issued += 1;
      const image = { id: `i${issued}`, name, contentType, bytes, createdAt: "2026-01-01T00:00:00Z" };
      return { image, upload: { url: `/${issued}`, headers: {} } };
    },
    send: async ({ url }) => call("send", url),
    async complete(id) {
      call("complete", id);
      return { id } as GalleryImage;
    },
    remove: async (id) => call("remove", id),
  };
  return { store, calls, fail: (name: string, code: string) => void failures.set(name, code) };
}

let nowMs: number;
let stop: AbortController;
let fake: ReturnType<typeof uploadStore>;
let transfer: ReturnType<typeof imageUpload>;
const run = () => transfer.run({ onProgress() {}, signal: stop.signal });

beforeEach(() => {
  nowMs = 0;
  stop = new AbortController();
  fake = uploadStore();
  transfer = imageUpload(jpeg, fake.store, () => nowMs);
});

it("announces a file with the type of its bytes, sends it and completes it", async () => {
  expect(await run()).toEqual({ id: "i1" });
  expect(fake.calls).toEqual(["announce hills.png image/jpeg 4", "send /1", "complete i1"]);
});

it("announces only pictures", async () => {
  transfer = imageUpload(new File(["words"], "a.jpg", { type: "image/jpeg" }), fake.store, () => nowMs);
  await expect(run()).rejects.toMatchObject({ code: "unsupported_image" });
  expect(fake.calls).toEqual([]);
});

describe("the next run", () => {
  async function runTwice(failing: string, code: string) {
    fake.fail(failing, code);
    await expect(run()).rejects.toMatchObject({ code });
    fake.calls.length = 0;
    await run();
    return fake.calls;
  }
  const again = "announce hills.png image/jpeg 4";

  it("sends again to the same URL after a broken connection", async () => {
    expect(await runTwice("send", "unreachable")).toEqual(["send /1", "complete i1"]);
  });

  it("requests another URL when S3 refused this one", async () => {
    expect(await runTwice("send", "upload_refused")).toEqual([again, "send /2", "complete i2"]);
  });

  it("requests another URL when this one has expired", async () => {
    fake.fail("send", "unreachable");
    await run().catch(() => {});
    fake.calls.length = 0;
    nowMs = 15 * minuteMs;
    await run();
    expect(fake.calls).toEqual([again, "send /2", "complete i2"]);
  });

  it("does not send again what has arrived", async () => {
    expect(await runTwice("complete", "unavailable")).toEqual(["complete i1"]);
  });

  it("sends again what has not arrived", async () => {
    expect(await runTwice("complete", "not_uploaded")).toEqual(["send /1", "complete i1"]);
  });

  it.each(["not_found", "quota_exceeded"])(
    "starts again when the server has deleted it: %s",
    async (code) => {
      expect(await runTwice("complete", code)).toEqual([again, "send /2", "complete i2"]);
    },
  );
});

describe("discard", () => {
  it("removes what was announced", async () => {
    fake.fail("send", "unreachable");
    await run().catch(() => {});
    await transfer.discard();
    expect(fake.calls.at(-1)).toBe("remove i1");
  });

  it("removes nothing before that, or after a final refusal", async () => {
    await transfer.discard();
    fake.fail("complete", "image_dimensions");
    transfer = imageUpload(jpeg, fake.store, () => nowMs);
    await run().catch(() => {});
    await transfer.discard();
    expect(fake.calls.filter((call) => call.startsWith("remove"))).toEqual([]);
  });

  it("removes what is being announced, and sends nothing", async () => {
    const running = run();
    stop.abort();
    await transfer.discard();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(fake.calls).toEqual(["announce hills.png image/jpeg 4", "remove i1"]);
  });
});
