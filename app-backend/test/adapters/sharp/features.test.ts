import { afterAll, describe, expect, test } from "@jest/globals";
import sharp, { type Sharp } from "sharp";
import { sharpImageProcessor } from "../../../src/adapters/sharp/image-processor.ts";
import type { ProcessedImage } from "../../../src/ports/image-processor.ts";
import { accepted, picture } from "../../images.ts";
import { pngWith, u32 } from "../../png.ts";
import { patient } from "../../requester.ts";

const imageProcessor = sharpImageProcessor();
const made: ProcessedImage[] = [];
afterAll(async () => {
  for (const developed of made) await developed.discard();
});

/** The path of the processed picture. */
async function processed(image: Uint8Array): Promise<string> {
  async function* chunk() {
    yield image;
  }
  const developed = await imageProcessor.process(async () => chunk(), patient);
  made.push(developed!);
  return developed!.original.path;
}

const pixels = (image: Sharp) => image.toColourspace("srgb").removeAlpha().raw().toBuffer();

async function difference(path: string, from: Sharp): Promise<number> {
  const [is, was] = [await pixels(sharp(path)), await pixels(from)];
  expect(is.length).toBe(was.length);
  return is.reduce((sum, value, at) => sum + Math.abs(value - was[at]!), 0) / is.length;
}

const small = () => picture(64, 48);
const grey55 = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#373737" } })
  .png()
  .toBuffer();
/** AVIFs of 8 x 8 pixels in one colour. */
const deepAvif = {
  10: "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAABkAAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29sb3IAAAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAAgAAAAIAAAAEHBpeGkAAAAAAwoKCgAAAAxhdjFDgSBAAAAAABNjb2xybmNseAABAA0ABoAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAACFtZGF0EgAKCDgIv2MBDQaQMgsfQD///8QAAJ4SQA==",
  12: "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPJtZXRhAAAAAAAAAChoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAbGliYXZpZgAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEWAAAAGQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAACAAAAAgAAAAQcGl4aQAAAAADDAwMAAAADGF2MUOBQGAAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAIW1kYXQSAAoIWAi/Y0BDQaIyCx9AP///xABOJZvA",
};
/** Three frames with another shade each. */
const frames = sharp(Buffer.concat([0, 100, 200].map((shade) => Buffer.alloc(8 * 6 * 3, shade))), {
  raw: { width: 8, height: 18, channels: 3, pageHeight: 6 },
});
const movingWebp = await frames.clone().webp({ lossless: true }).toBuffer();

describe("an intact picture is accepted", () => {
  test.each([
    ["a baseline JPEG", false, 2],
    ["a progressive JPEG", true, 2],
    ["a baseline JPEG with half of it", false, 1],
    ["a progressive JPEG with half of it", true, 1],
  ])("USE-24 %s that lacks its last marker", async (_what, progressive, bytes) => {
    const whole = await small().jpeg({ progressive }).toBuffer();
    const source = sharp(await processed(whole));
    expect(await difference(await processed(whole.subarray(0, -bytes)), source)).toBe(0);
  });

  test("USE-24 a JPEG that decodes with warnings", async () => {
    const whole = await small().jpeg().toBuffer();
    const adobe = Buffer.from("\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x09", "latin1"); // an unknown colour transform
    const odd = Buffer.concat([whole.subarray(0, 2), adobe, whole.subarray(2)]);
    await expect(sharp(odd, { failOn: "warning" }).stats()).rejects.toThrow("Unknown Adobe color transform");
    await processed(odd);
  });

  test("USE-24 a JPEG in CMYK", async () => {
    const cmyk = await small().toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer();
    expect(await difference(await processed(cmyk), sharp(cmyk))).toBeLessThan(3);
  });

  test("USE-24 a PNG of 16 bits, and one with a palette", async () => {
    expect(
      await difference(await processed(await small().toColourspace("rgb16").png().toBuffer()), small()),
    ).toBeLessThan(2);
    const palette = await small().png({ palette: true }).toBuffer();
    expect(await difference(await processed(palette), sharp(palette))).toBeLessThan(1);
  });

  test.each([
    ["linear", 100_000, 126],
    ["of an old Macintosh", 55_556, 73],
    ["steep", 30_000, 25],
    ["of sRGB", 45_455, 55],
    ["that means nothing", 0, 55],
  ])("USE-24 a PNG whose gamma is %s looks as it should", async (_what, gamma, shade) => {
    const path = await processed(pngWith(grey55, { gAMA: u32(gamma) }));
    const [red] = await pixels(sharp(path));
    expect(Math.abs(red! - shade)).toBeLessThanOrEqual(1);
  });

  test("USE-24 a PNG that declares sRGB is sRGB whatever its gamma", async () => {
    const [red] = await pixels(
      sharp(await processed(pngWith(grey55, { gAMA: u32(100_000), sRGB: Buffer.alloc(1) }))),
    );
    expect(red).toBe(55);
  });

  test.each(["jpeg", "png", "webp", "avif"] as const)(
    "USE-24 a %s is turned upright from all eight orientations",
    async (format) => {
      for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const lying = await small()
          .withMetadata({ orientation })
          .toFormat(format, { quality: 95 })
          .toBuffer();
        // In two steps: as the orientation requires (EXIF 2.32, 4.6.4), then unchanged.
        const upright = sharp(
          await small().withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer(),
        ).autoOrient();
        expect([orientation, await difference(await processed(lying), upright)]).toEqual([
          orientation,
          expect.closeTo(0, -1),
        ]);
      }
    },
  );

  test("USE-24 an animated WebP and GIF keep their frames", async () => {
    for (const moving of [movingWebp, await frames.clone().gif().toBuffer()]) {
      const path = await processed(moving);
      const { pages, pageHeight } = await sharp(path, { animated: true }).metadata();
      expect({ pages, pageHeight }).toEqual({ pages: 3, pageHeight: 6 });
      const shades = await pixels(sharp(path, { animated: true }));
      expect([0, 1, 2].map((frame) => Math.round(shades[frame * 8 * 6 * 3]! / 10))).toEqual([0, 10, 20]);
    }
  });

  test("USE-24 an animated PNG of one frame is a still", async () => {
    await processed(pngWith(accepted["image/png"]!, { acTL: u32(1, 0) }));
  });
});

describe("a format that the decoder lacks is not reported as damage", () => {
  test.each([
    [
      "an AVIF of 10 bits",
      /^is an AVIF of more than 8 bits/,
      async () => Buffer.from(deepAvif[10], "base64"),
    ],
    [
      "an AVIF of 12 bits",
      /^is an AVIF of more than 8 bits/,
      async () => Buffer.from(deepAvif[12], "base64"),
    ],
    [
      "an AVIF sequence",
      /^is an AVIF sequence/,
      async () => replaced(accepted["image/avif"]!, "avif", "avis"),
    ],
    [
      "an animated PNG",
      /^is an animated PNG/,
      async () => pngWith(accepted["image/png"]!, { acTL: u32(2, 0) }),
    ],
    [
      "a PNG of HDR",
      /^has colours of a kind/,
      async () => pngWith(grey55, { cICP: Buffer.from([9, 16, 0, 1]) }),
    ],
    [
      "a PNG whose gamma is out of range",
      /^has colours of a kind/,
      async () => pngWith(grey55, { gAMA: u32(1_000_000) }),
    ],
    [
      "a JPEG of 12 bits",
      /^is of a variant/,
      async () => replaced(accepted["image/jpeg"]!, "\xff\xc0\0\x11\x08", "\xff\xc1\0\x11\x0c"),
    ],
    ...[2, 3, 6].map(
      (orientation) =>
        [
          `an animated WebP of orientation ${orientation}`,
          /^is an animation that lies on its side or is mirrored/,
          () => sharp(movingWebp, { animated: true }).withMetadata({ orientation }).webp().toBuffer(),
        ] as const,
    ),
  ])("USE-24 %s", async (_what, message, make) => {
    await expect(processed(await make())).rejects.toMatchObject({
      code: "unprocessable_image",
      faults: [{ field: "image", message: expect.stringMatching(message) }],
    });
  });
});

describe("missing data is detected", () => {
  test.each([3, 4, 10, 100])("USE-24 a JPEG without its last %i bytes is damaged", async (bytes) => {
    for (const progressive of [false, true]) {
      const whole = await picture(400, 300).jpeg({ progressive }).toBuffer();
      await expect(processed(whole.subarray(0, -bytes))).rejects.toMatchObject({ code: "damaged_image" });
    }
  });

  test("USE-24 a progressive JPEG is damaged that ends between two of its scans", async () => {
    const whole = await picture(400, 300).jpeg({ progressive: true }).toBuffer();
    const last = whole.lastIndexOf(Buffer.from([0xff, 0xda]));
    await expect(processed(whole.subarray(0, last))).rejects.toMatchObject({ code: "damaged_image" });
  });
});

function replaced(image: Buffer, from: string, to: string): Buffer {
  const text = image.toString("latin1");
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), "latin1");
}
