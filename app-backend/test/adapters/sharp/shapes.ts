import sharp, { type Sharp } from "sharp";

export interface Shape {
  readonly name: string;
  readonly make: () => Promise<Buffer>;
}

type Size = readonly [width: number, height: number];

const fast = { compressionLevel: 1 } as const;
const square: Size = [2500, 2500];
const wide: Size = [16_000, 390];
const tall: Size = [390, 16_000];
const line: Size = [16_000, 1];
const column: Size = [1, 16_000];
const areas = [square, wide, tall];

/** Pictures of about six megapixels, and of one line, in every format and encoding that affects the work. */
export const shapes: Shape[] = [
  ...of("JPEG", [...areas, line, column], (image) => image.jpeg()),
  ...of("progressive JPEG", areas, (image) => image.jpeg({ progressive: true, chromaSubsampling: "4:4:4" })),
  ...of("JPEG on its side", areas, (image) => turned(image).jpeg({ progressive: true })),
  ...of("CMYK JPEG", [square], (image) => turned(image.toColourspace("cmyk")).jpeg()),
  ...of("PNG", [...areas, line, column], (image) => image.png(fast)),
  ...of("clear PNG on its side", areas, (image) => turned(clear(image)).png(fast)),
  ...of("interlaced PNG", [square, tall], (image) => image.png({ ...fast, progressive: true })),
  ...of("16-bit clear PNG on its side", [square, wide], (image) =>
    turned(clear(image).toColourspace("rgb16")).png(fast),
  ),
  ...of("WebP", areas, (image) => image.webp({ effort: 0 })),
  ...of("clear WebP on its side", areas, (image) => turned(clear(image)).webp({ effort: 0 })),
  ...of("lossless WebP", [square], (image) => image.webp({ lossless: true, effort: 0 })),
  ...of("AVIF", [...areas, line, column], (image) => image.avif({ effort: 0 })),
  ...of("clear AVIF", [square, tall], (image) => clear(image).avif({ effort: 0 })),
  ...of("GIF", areas, (image) => image.gif({ effort: 1 })),
  ...moving("GIF", (image) => image.gif({ effort: 1, keepDuplicateFrames: true })),
  ...moving("WebP", (image) => image.webp({ effort: 0, lossless: true })),
];

function of(what: string, sizes: readonly Size[], written: (image: Sharp) => Sharp): Shape[] {
  return sizes.map(([width, height]) => ({
    name: `${what} of ${width} x ${height}`,
    make: () => written(slope(width, height)).toBuffer(),
  }));
}

/** 200 frames, each different from the previous one. */
function moving(what: string, written: (image: Sharp) => Sharp): Shape[] {
  const sizes: Size[] = [[176, 176], column, [16_000, 2]];
  return sizes.map(([width, height]) => ({
    name: `${what} of 200 frames of ${width} x ${height}`,
    make() {
      const frames = Array.from({ length: 200 }, (_, index) => Buffer.alloc(width * height * 3, index));
      const raw = { width, height: height * 200, channels: 3, pageHeight: height } as const;
      return written(sharp(Buffer.concat(frames), { raw })).toBuffer();
    },
  }));
}

function slope(width: number, height: number): Sharp {
  const row = Buffer.from(
    Array.from({ length: 3 * width }, (_, at) => (at % 3 === 0 ? (255 * at) / (3 * width) : 60)),
  );
  return sharp(Buffer.concat(Array.from({ length: height }, () => row)), {
    raw: { width, height, channels: 3 },
  });
}

function clear(image: Sharp): Sharp {
  return image.ensureAlpha(0.5);
}

function turned(image: Sharp): Sharp {
  return image.withMetadata({ orientation: 6 });
}
