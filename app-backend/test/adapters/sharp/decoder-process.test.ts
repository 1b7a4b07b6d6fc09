import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { sharpImageProcessor } from "../../../src/adapters/sharp/image-processor.ts";
import { decoderProcess } from "../../../src/adapters/sharp/decoder-process.ts";
import { AppError } from "../../../src/domain/app-error.ts";
import { decodersOf } from "../../decoders.ts";
import { accepted } from "../../images.ts";
import { from, patient } from "../../requester.ts";

const small = accepted["image/png"]!;
/** It takes the decoder a second or more. */
let large: Buffer;
let folder: string;
let imageProcessor: ReturnType<typeof sharpImageProcessor>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tintype-test-"));
  large = await flat(6000, 5000).jpeg().toBuffer();
  imageProcessor = sharpImageProcessor({ folder });
  await endAll(); // those of earlier test files in the same process
});
afterEach(async () => {
  await endAll();
  expect(await readdir(folder)).toEqual([]);
});
afterAll(() => rm(folder, { recursive: true }));

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#31506b" } });
const alive = () => decodersOf(process.pid);
const isEncoding = () => readdirSync(folder).some((name) => existsSync(join(folder, name, "original")));

function killAll(signal: NodeJS.Signals = "SIGKILL"): number[] {
  const pids = alive();
  for (const pid of pids) process.kill(pid, signal);
  return pids;
}

async function endAll(): Promise<void> {
  killAll();
  await until(() => alive().length === 0); // no zombie either
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Processes a picture and ignores the result. */
async function processed(image: Uint8Array, { signal } = patient, by = imageProcessor): Promise<void> {
  const developed = await by.process(async () => chunk(image), { ...patient, signal });
  await developed!.discard();
}

async function* chunk(image: Uint8Array) {
  yield image;
}

test("USE-02 if killed during a picture, the decoder is replaced, and the picture is processed", async () => {
  const outcome = processed(large);
  await until(isEncoding);
  expect(killAll()).toHaveLength(2); // one that judged it, one that encodes it
  await outcome;
});

test("USE-04 a picture is processed although three others beside it are aborted one after the other", async () => {
  const decoder = decoderProcess();
  const folder = await mkdtemp(join(tmpdir(), "tintype-test-"));
  const path = join(folder, "upload");
  await writeFile(path, await large);
  const kept = decoder.run({ kind: "encode", path, folder }, { timeoutMs: 60_000 });
  kept.catch(() => undefined);
  for (let others = 0; others < 3; others += 1) {
    const abandoned = new AbortController();
    const other = decoder.run({ kind: "judge", path }, { timeoutMs: 60_000, signal: abandoned.signal });
    abandoned.abort(new Error("client is gone"));
    await expect(other).rejects.toThrow("client is gone");
    await sleep(500);
  }
  expect((await kept).original.bytes).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
});

test("USE-02 if killed twice during a picture: 503, and the next one is processed", async () => {
  const outcome = processed(large).catch((error: unknown) => error);
  await until(isEncoding);
  const first = killAll();
  await until(() => alive().some((pid) => !first.includes(pid)));
  killAll();
  expect(await outcome).toMatchObject({ code: "unavailable" });
  await processed(small);
});

test("USE-02 if it crashes twice during a picture, the picture is refused as unprocessable", async () => {
  const outcome = processed(large).catch((error: unknown) => error);
  await until(isEncoding);
  const [of] = readdirSync(folder);
  const [first] = killAll("SIGSEGV");
  await until(() => !existsSync(`/proc/${first}`));
  await rm(join(folder, of!, "original"));
  await until(isEncoding);
  killAll("SIGSEGV");
  expect(await outcome).toMatchObject({
    code: "unprocessable_image",
    faults: [{ field: "image", message: "cannot be processed here: save it in another format" }],
  });
});

test("USE-02 after 200 kills no process, descriptor or file is left, and the next picture is processed", async () => {
  await processed(small);
  const descriptors = () => readdirSync("/proc/self/fd").length;
  const before = descriptors();
  for (let kills = 0; kills < 200;) {
    const outcome = processed(small).catch((error: unknown) => error);
    let isOver = false;
    void outcome.then(() => (isOver = true));
    while (!isOver) {
      kills += killAll().length;
      await sleep(1);
    }
    expect(await outcome).toMatchObject({ code: "unavailable" });
  }
  await until(() => alive().length === 0);
  expect(descriptors()).toBeLessThanOrEqual(before);
  await processed(small);
}, 300_000);

test("USE-02 a client that leaves ends its decoder, and affects no other picture", async () => {
  const stop = new AbortController();
  const outcome = processed(large, { ...patient, signal: stop.signal }).catch((error: unknown) => error);
  await until(isEncoding);
  const next = processed(small);
  const [busy] = alive();
  const gone = new AppError("unavailable", "the client is gone");
  stop.abort(gone);
  expect(await outcome).toBe(gone);
  await until(() => !alive().includes(busy!));
  await next;
});

test("USE-03 a picture is processed while another client aborts one after the other", async () => {
  const quick = await flat(3600, 3600).jpeg().toBuffer();
  const other = await flat(3600, 3600).png().toBuffer();
  let isOver = false;
  const outcome = processed(quick).finally(() => (isOver = true));
  let givenUp = 0;
  for (; !isOver && givenUp < 200; givenUp += 1) {
    const stop = new AbortController();
    const attempt = processed(other, { ...from("10.0.0.2"), signal: stop.signal }).catch(() => undefined);
    await sleep(150);
    stop.abort(new AppError("unavailable", "the client is gone"));
    await attempt;
  }
  await outcome;
  expect(givenUp).toBeLessThan(200);
}, 120_000);

test("USE-02 a picture that takes too long is refused, and its decoder is ended", async () => {
  const hasty = sharpImageProcessor({ folder, maxSeconds: 1 });
  const endless = await flat(7000, 7000).webp({ effort: 0 }).toBuffer();
  await expect(processed(endless, patient, hasty)).rejects.toMatchObject({ code: "image_dimensions" });
});

test("USE-02 the kernel kills the decoder first, its memory is limited, and it has nothing of the environment", async () => {
  await processed(small);
  const [pid] = alive();
  const of = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  expect(of("oom_score_adj").trim()).toBe("1000");
  expect(of("limits")).toMatch(/^Max data size +1126400000 /m);
  expect(of("environ")).not.toMatch(/HOME=|SECRET|AWS/);
});

test("USE-02 an idle decoder ends after a while, and is started again for the next picture", async () => {
  const path = join(folder, "picture");
  writeFileSync(path, small);
  const decoder = decoderProcess({ idleMs: 0 });
  for (let times = 0; times < 2; times += 1) {
    await decoder.run({ kind: "judge", path }, { timeoutMs: 30_000, signal: patient.signal });
    await until(() => alive().length === 0);
  }
  await rm(path);
});
