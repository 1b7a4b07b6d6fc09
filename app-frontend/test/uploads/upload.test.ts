import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import type { GalleryImage } from "../../src/api/images.ts";
import { type UploadStore, imageUpload } from "../../src/uploads/upload.ts";

const jpeg = new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "hills.png", { type: "image/png" });
const minuteMs = 60_000;

/** A store that numbers its tickets and fails as it is told to, once for each failure. */
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

it("announces a file as what its bytes are, sends it and completes it", async () => {
  expect(await run()).toEqual({ id: "i1" });
  expect(fake.calls).toEqual(["announce hills.png image/jpeg 4", "send /1", "complete i1"]);
});

it("announces nothing that is no picture", async () => {
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
  const anew = "announce hills.png image/jpeg 4";

  it("sends again by the same form when the connection broke", async () => {
    expect(await runTwice("send", "unreachable")).toEqual(["send /1", "complete i1"]);
  });

  it("asks for another form when S3 refused this one", async () => {
    expect(await runTwice("send", "upload_refused")).toEqual([anew, "send /2", "complete i2"]);
  });

  it("asks for another form when this one is too old", async () => {
    fake.fail("send", "unreachable");
    await run().catch(() => {});
    fake.calls.length = 0;
    nowMs = 15 * minuteMs;
    await run();
    expect(fake.calls).toEqual([anew, "send /2", "complete i2"]);
  });

  it("sends nothing again that has arrived", async () => {
    expect(await runTwice("complete", "unavailable")).toEqual(["complete i1"]);
  });

  it("sends again what has not arrived", async () => {
    expect(await runTwice("complete", "not_uploaded")).toEqual(["send /1", "complete i1"]);
  });

  it.each(["not_found", "quota_exceeded"])(
    "begins anew when the server has kept nothing: %s",
    async (code) => {
      expect(await runTwice("complete", code)).toEqual([anew, "send /2", "complete i2"]);
    },
  );
});

describe("discard", () => {
  it("takes back what was announced", async () => {
    fake.fail("send", "unreachable");
    await run().catch(() => {});
    await transfer.discard();
    expect(fake.calls.at(-1)).toBe("remove i1");
  });

  it("has nothing to take back before, nor after a refusal for good", async () => {
    await transfer.discard();
    fake.fail("complete", "image_dimensions");
    transfer = imageUpload(jpeg, fake.store, () => nowMs);
    await run().catch(() => {});
    await transfer.discard();
    expect(fake.calls.filter((call) => call.startsWith("remove"))).toEqual([]);
  });

  it("takes back what is being announced, and sends nothing", async () => {
    const running = run();
    stop.abort();
    await transfer.discard();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(fake.calls).toEqual(["announce hills.png image/jpeg 4", "remove i1"]);
  });
});
