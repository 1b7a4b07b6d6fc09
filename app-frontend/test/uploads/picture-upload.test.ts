import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import { pictureUpload } from "../../src/uploads/picture-upload.ts";

const jpeg = new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "hills.png", { type: "image/png" });
const minuteMs = 60_000;

let nowMs: number;
let calls: string[];
let progress: number[];
let failures: Map<string, string[]>;
let stop: AbortController;

/** Notes a call, and fails with the next code that is listed for it. */
function call(name: string, detail: string) {
  calls.push(`${name} ${detail}`);
  const code = failures.get(name)?.shift();
  if (code) throw new ApiError(code);
}

let issued: number;
const calling = {
  async announce({ contentType, bytes }: { contentType: string; bytes: number }) {
    call("announce", `${contentType} ${bytes}`);
    issued += 1;
    return { upload: { url: `/${issued}`, headers: {}, token: `t${issued}` } };
  },
  use: async (token: string) => call("use", token),
};
const uploadOf = (file: File) =>
  pictureUpload(
    file,
    async ({ url }) => call("send", url),
    () => nowMs,
  );

let upload: ReturnType<typeof uploadOf>;
const run = () => upload.run(calling, { onProgress: (sent) => progress.push(sent), signal: stop.signal });
const fail = (name: string, ...codes: string[]) => void failures.set(name, codes);

beforeEach(() => {
  nowMs = 0;
  issued = 0;
  calls = [];
  progress = [];
  failures = new Map();
  stop = new AbortController();
  upload = uploadOf(jpeg);
});

const first = ["announce image/jpeg 4", "send /1", "use t1"];
const second = ["announce image/jpeg 4", "send /2", "use t2"];

it("announces a picture with the type of its bytes, sends it and uses its token", async () => {
  await run();
  expect(calls).toEqual(first);
  expect(progress.at(-1)).toBe(1);
});

it("UPL-01 announces nothing that is no picture", async () => {
  upload = uploadOf(new File(["words"], "a.jpg", { type: "image/jpeg" }));
  await expect(run()).rejects.toMatchObject({ code: "unsupported_image" });
  expect(calls).toEqual([]);
});

describe("UPL-34 the next run", () => {
  async function runTwice(failing: string, code: string) {
    fail(failing, code);
    await expect(run()).rejects.toMatchObject({ code });
    calls.length = 0;
    await run();
    return calls;
  }

  it.each(["invalid_input", "unreachable", "timeout", "unavailable"])(
    "uses what was sent when its use failed: %s",
    async (code) => expect(await runTwice("use", code)).toEqual(["use t1"]),
  );

  it("sends again to the same URL after a broken connection", async () => {
    expect(await runTwice("send", "unreachable")).toEqual(["send /1", "use t1"]);
  });

  it("requests another URL when S3 refused this one", async () => {
    expect(await runTwice("send", "upload_refused")).toEqual(second);
  });

  it("requests another URL when this one has expired", async () => {
    fail("send", "unreachable");
    await run().catch(() => {});
    calls.length = 0;
    nowMs = 15 * minuteMs;
    await run();
    expect(calls).toEqual(second);
  });
});

describe("UPL-34 a token that can no longer be used", () => {
  it.each(["upload_ended", "not_uploaded"])(
    "has the picture sent again by the same run: %s",
    async (code) => {
      fail("use", code);
      await run();
      expect(calls).toEqual([...first, ...second]);
      expect(progress.filter((sent) => sent === 0)).toHaveLength(1); // it is shown from the start
    },
  );

  it("has it sent again once, not forever", async () => {
    fail("use", "upload_ended", "upload_ended");
    await expect(run()).rejects.toMatchObject({ code: "upload_ended" });
    expect(calls).toEqual([...first, ...second]);
  });

  it("is replaced after a use that was refused", async () => {
    fail("use", "email_taken", "upload_ended");
    await expect(run()).rejects.toMatchObject({ code: "email_taken" });
    await run();
    expect(calls).toEqual([...first, "use t1", ...second]);
  });
});

it("uses nothing when it is cancelled after the picture was sent", async () => {
  upload = pictureUpload(jpeg, async () => stop.abort());
  await expect(run()).rejects.toMatchObject({ code: "cancelled" });
  expect(calls).toEqual(first.slice(0, 1));
});

it("sends nothing when it is cancelled while it is announced", async () => {
  const running = run();
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
  expect(calls).toEqual(first.slice(0, 1));
});
