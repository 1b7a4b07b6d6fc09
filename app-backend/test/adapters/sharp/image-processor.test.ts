import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { sharpImageProcessor } from "../../../src/adapters/sharp/image-processor.ts";
import type { ProcessedImage } from "../../../src/ports/image-processor.ts";
import { decodersOf, peakOf } from "../../decoders.ts";
import { accepted, beginnings, picture, refused } from "../../images.ts";
import { pngOfSize } from "../../png.ts";
import { from, patient } from "../../requester.ts";
import { timeOf, within } from "../../within.ts";

const imageProcessor = sharpImageProcessor();
const made: ProcessedImage[] = [];
const onePixel = accepted["image/png"]!;

async function develop(image: Uint8Array, requester = patient): Promise<ProcessedImage> {
  const developed = await imageProcessor.process(async () => chunksOf(image), requester);
  made.push(developed!);
  return developed!;
}

async function* chunksOf(image: Uint8Array) {
  for (let at = 0; at < image.length; at += 65_536) yield image.subarray(at, at + 65_536);
}

afterEach(async () => {
  for (const developed of made.splice(0)) await developed.discard();
});

/** A GIF of that many frames of one pixel, alternating black and white. */
function gifOf(frames: number): Buffer {
  const head = Buffer.from("GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff", "latin1");
  const control = "!\xf9\x04\0\x0a\0\0\0,\0\0\0\0\x01\0\x01\0\0";
  const frame = ["D", "L"].map((pixel) => Buffer.from(`${control}\x02\x02${pixel}\x01\0`, "latin1"));
  const all = Array.from({ length: frames }, (_, index) => frame[index % 2]!);
  return Buffer.concat([head, ...all, Buffer.from(";")]);
}

const tallFrames = sharp(Buffer.alloc(2 * 16_385).fill(255, 16_385), {
  raw: { width: 1, height: 2 * 16_385, channels: 1, pageHeight: 16_385 },
});

const tooLarge: [what: string, image: Buffer][] = [
  ["a PNG of 14000 x 14000", pngOfSize(onePixel, 14_000, 14_000)],
  ["a header of 65535 x 65535", pngOfSize(onePixel, 65_535, 65_535)],
  ["a GIF of 10,000 frames", gifOf(10_000)],
];

const tooLong: typeof tooLarge = [
  ["a PNG of 24,000,000 x 1", pngOfSize(onePixel, 24_000_000, 1)],
  ["a PNG of 49,000,000 x 1", pngOfSize(onePixel, 49_000_000, 1)],
  ["a PNG of 1 x 16,000,000", pngOfSize(onePixel, 1, 16_000_000)],
  ["a PNG of 16,385 x 1", pngOfSize(onePixel, 16_385, 1)],
  ["a JPEG of 16,385 x 1", await picture(16_385, 1).jpeg().toBuffer()],
  ["a GIF of 1 x 16,385", await picture(1, 16_385).gif().toBuffer()],
  ["a GIF of two frames of 1 x 16,385", await tallFrames.gif().toBuffer()],
];

describe("processing", () => {
  test.each(Object.entries(accepted))(
    "keeps the type, and makes a thumbnail: %s",
    async (contentType, image) => {
      const { original, thumbnail } = await develop(image);
      expect(original.contentType).toBe(contentType);
      expect(thumbnail.contentType).toBe("image/webp");
      const facts = await sharp(original.path).metadata();
      expect([facts.width, facts.height]).toEqual([original.width, original.height]);
    },
  );

  test.each([
    ["png", 0],
    ["jpeg", 2],
    ["webp", 2],
  ] as const)("keeps the pixels of a %s but for %i in 255", async (type, allowed) => {
    const source = await picture(200, 120).raw().toBuffer();
    const { original } = await develop(await picture(200, 120).toFormat(type).toBuffer());
    const shown = await sharp(original.path).removeAlpha().raw().toBuffer();
    const difference = shown.reduce((sum, value, at) => sum + Math.abs(value - source[at]!), 0);
    expect(difference / source.length).toBeLessThanOrEqual(allowed);
  });

  test("UPL-11 rotates upright and removes location, time and all other metadata", async () => {
    const exif = { IFD0: { Make: "Phone" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 30/1 0/1" } };
    const phone = await picture(300, 200).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await sharp(phone).metadata()).orientation).toBe(6);
    const { original, thumbnail } = await develop(phone);
    expect([original.width, original.height]).toEqual([200, 300]);
    for (const { path } of [original, thumbnail]) {
      const { exif: left, orientation, xmp, iptc } = await sharp(path).metadata();
      expect({ left, orientation, xmp, iptc }).toEqual({});
    }
    const corner = await sharp(original.path)
      .extract({ left: 190, top: 10, width: 1, height: 1 })
      .raw()
      .toBuffer();
    expect(corner[2]).toBeGreaterThan(200); // blue was top left, and is top right after rotation
  });

  test("keeps transparency and animation", async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: "#f000" } })
      .png()
      .toBuffer();
    expect((await sharp((await develop(clear)).original.path).metadata()).hasAlpha).toBe(true);
    const { original, thumbnail } = await develop(gifOf(5));
    expect((await sharp(original.path, { animated: true }).metadata()).pages).toBe(5);
    expect((await sharp(thumbnail.path, { animated: true }).metadata()).pages ?? 1).toBe(1);
  });

  test("a thumbnail is at most 480 pixels long, and never larger than the image", async () => {
    const { thumbnail } = await develop(await picture(960, 640).jpeg().toBuffer());
    expect([thumbnail.width, thumbnail.height]).toEqual([480, 320]);
    const { thumbnail: small } = await develop(accepted["image/jpeg"]!);
    expect([small.width, small.height]).toEqual([64, 48]);
  });

  test("the same upload results in the same bytes, so that a repetition changes nothing", async () => {
    const [first, second] = [await develop(accepted["image/jpeg"]!), await develop(accepted["image/jpeg"]!)];
    expect(first.original.sha256).toBe(second.original.sha256);
    expect(first.thumbnail.sha256).toBe(second.thumbnail.sha256);
  });

  test.each([
    ["GIF89a with a script", "image/gif", "/*<script>alert(1)</script>*/"],
    ["a PNG with a script behind it", "image/png", "<script>alert(1)</script>"],
    ["a JPEG with a ZIP behind it", "image/jpeg", "PK\x03\x04 payload <script>"],
  ])("UPL-03 removes the payload of %s", async (_what, type, payload) => {
    const { original } = await develop(Buffer.concat([accepted[type]!, Buffer.from(payload, "latin1")]));
    const served = (await readFile(original.path)).toString("latin1");
    expect(served).not.toContain("script");
    expect(served).not.toContain("PK\x03\x04");
  });
});

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><script>alert(1)</script></svg>';

describe("refusing", () => {
  test.each([
    ["an SVG that begins like an AVIF", "unsupported_image", Buffer.from(`<!--ftypavif0000-->${svg}`)],
    [
      "an SVG behind a whole box of an AVIF",
      "damaged_image",
      Buffer.concat([beginnings["image/avif"]!.subarray(0, 28), Buffer.from(svg)]),
    ],
  ])("UPL-01 %s", async (_what, code, image) => {
    await expect(develop(image)).rejects.toMatchObject({ code });
  });

  test("UPL-05 a picture that would take too much memory, although it has few enough pixels", async () => {
    const wide = { create: { width: 7000, height: 7000, channels: 3, background: "#31506b" } } as const;
    const avif = await sharp(wide).avif({ effort: 0, quality: 1 }).toBuffer();
    await expect(develop(avif)).rejects.toMatchObject({ code: "image_dimensions" });
  });

  test("UPL-25 more than 21 at once: the rest gets Retry-After", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => develop(accepted["image/png"]!, from(`network ${index}`))),
    );
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(19);
    expect(refused[0]).toMatchObject({ reason: { code: "unavailable" } });
  });

  test("an upload without a free slot is not opened: an unread body would occupy its connection", async () => {
    let asked = 0;
    const read = async () => {
      asked += 1;
      return chunksOf(accepted["image/png"]!);
    };
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => imageProcessor.process(read, patient)),
    );
    for (const result of results) if (result.status === "fulfilled") made.push(result.value!);
    expect(asked).toBe(results.filter(({ status }) => status === "fulfilled").length);
  });

  test.each(Object.entries(refused))("UPL-01 what is no image: %s", async (_what, image) => {
    await expect(develop(image)).rejects.toMatchObject({ code: "unsupported_image" });
  });

  test.each(Object.entries(beginnings))("UPL-29 only the beginning of %s", async (_type, image) => {
    await expect(develop(image)).rejects.toMatchObject({ code: "damaged_image" });
  });

  test.each(["jpeg", "png", "gif", "webp", "avif"] as const)("a truncated %s", async (type) => {
    const whole = await picture(400, 300).toFormat(type).toBuffer();
    const half = whole.subarray(0, whole.length / 2);
    await expect(develop(half)).rejects.toMatchObject({
      code: "damaged_image",
      faults: [{ field: "image", message: "is damaged or cut off" }],
    });
  });

  test.each(tooLarge)("UPL-05 %s within 200 ms, from the header", (_what, image) => refusedByHeader(image));

  test.each(tooLong)("USE-02 %s within 200 ms, from the header", (_what, image) => refusedByHeader(image));

  async function refusedByHeader(image: Buffer): Promise<void> {
    await develop(onePixel);
    const [decoder] = decodersOf(process.pid);
    const before = peakOf(decoder!);
    const rejected = () => expect(develop(image)).rejects.toMatchObject({ code: "image_dimensions" });
    await within(200, () => timeOf(rejected));
    expect(peakOf(decoder!) - before).toBeLessThan(64 * 2 ** 20);
  }

  test("UPL-07 a byte over the limit, without reading further", async () => {
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += 1 << 20;
        yield Buffer.alloc(1 << 20);
      }
    }
    await expect(imageProcessor.process(async () => endless(), patient)).rejects.toMatchObject({
      code: "image_too_large",
    });
    expect(sent).toBeLessThanOrEqual(12 << 20);
  });

  test("a picture that takes too long to encode", async () => {
    const wide = { create: { width: 7000, height: 7000, channels: 3, background: "#31506b" } } as const;
    const image = await sharp(wide).webp({ effort: 0, quality: 1 }).toBuffer();
    const hasty = sharpImageProcessor({ maxSeconds: 1 });
    await expect(hasty.process(async () => chunksOf(image), patient)).rejects.toMatchObject({
      code: "image_dimensions",
    });
  });

  test.each(["upload", "original", "thumbnail"])(
    "nothing for good where the disk is full: %s",
    async (file) => {
      const folder = await mkdtemp(join(tmpdir(), "tintype-test-"));
      async function* noise() {
        yield* chunksOf(await picture(400, 300).png({ compressionLevel: 0 }).toBuffer());
      }
      const read = async () => {
        for (const made of await readdir(folder)) await symlink("/dev/full", join(folder, made, file));
        return noise();
      };
      const developed = sharpImageProcessor({ folder }).process(read, patient);
      await expect(developed).rejects.toMatchObject({ code: "unavailable" });
      expect(await readdir(folder)).toEqual([]);
      await rm(folder, { recursive: true });
    },
  );

  test("nothing if there is no upload, and leaves no folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tintype-test-"));
    expect(await sharpImageProcessor({ folder }).process(async () => undefined, patient)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test("UPL-28 leaves no file behind", async () => {
    const { original, discard } = await develop(accepted["image/png"]!);
    await discard();
    expect(existsSync(dirname(original.path))).toBe(false);
  });
});
