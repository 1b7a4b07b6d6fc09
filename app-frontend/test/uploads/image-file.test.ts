import { describe, expect, it } from "@jest/globals";
import { examine, maxImageBytes, imageProblem, imageType } from "../../src/uploads/image-file.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

const jpeg = bytes("\xff\xd8\xff\xe0\0\x10JFIF");
const ftyp = (brand: string, ...compatible: string[]) => {
  const size = 16 + 4 * compatible.length;
  return bytes(`\0\0\0${String.fromCharCode(size)}ftyp${brand}\0\0\0\0${compatible.join("")}avif`);
};

describe("imageType", () => {
  it.each([
    ["image/jpeg", jpeg],
    ["image/png", bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")],
    ["image/gif", bytes("GIF87a")],
    ["image/gif", bytes("GIF89a")],
    ["image/webp", bytes("RIFF\n\r\0\0WEBPVP8 ")],
    ["image/avif", ftyp("avif", "mif1")],
    ["image/avif", ftyp("avis", "msf1")],
    ["image/avif", ftyp("mif1", "miaf", "avif")],
  ])("knows %s by its bytes", (type, head) => {
    expect(imageType(head)).toBe(type);
  });

  it.each([
    ["text", bytes("just words")],
    ["a Word document", bytes("PK\x03\x04\x14\0\x06\0")],
    ["a PDF", bytes("%PDF-1.7")],
    ["SVG", bytes("<svg xmlns=")],
    ["sound in RIFF", bytes("RIFF\n\r\0\0WAVEfmt ")],
    ["HEIC", ftyp("heic", "mif1")],
    ["a brand outside the ftyp box", ftyp("isom", "mp41")],
    ["a JPEG cut short", bytes("\xff\xd8")],
    ["nothing", bytes("")],
  ])("refuses %s", (_, head) => {
    expect(imageType(head)).toBeUndefined();
  });
});

describe("examine", () => {
  it("finds the type in the bytes, whatever the file is called", async () => {
    const file = new File([jpeg], "portrait.png", { type: "image/png" });
    expect(await examine(file)).toEqual({ type: "image/jpeg" });
  });
});

describe("imageProblem", () => {
  it("finds none in a small picture", async () => {
    expect(await imageProblem(new Blob([jpeg]))).toBeUndefined();
  });

  it("accepts a picture of exactly the limit, and none a byte larger", async () => {
    const rest = new Uint8Array(maxImageBytes - jpeg.length);
    expect(await imageProblem(new Blob([jpeg, rest]))).toBeUndefined();
    expect(await imageProblem(new Blob([jpeg, rest, "x"]))).toBe("image_too_large");
  });

  it("is not deceived by a name or a type", async () => {
    const file = new File(["just words"], "portrait.png", { type: "image/png" });
    expect(await imageProblem(file)).toBe("unsupported_image");
  });

  it("distinguishes an empty file from a wrong one", async () => {
    expect(await imageProblem(new Blob([]))).toBe("empty_image");
  });

  it("reports a file that cannot be read", async () => {
    const gone = { size: 1, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) };
    expect(await imageProblem(gone as unknown as Blob)).toBe("unreadable_image");
  });
});

const word = (value: number) =>
  String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const chunk = (type: string, data: string) => `${word(data.length)}${type}${data}\0\0\0\0`;
const png = (width: number, height: number, ...chunks: string[]) =>
  `\x89PNG\r\n\x1a\n${chunk("IHDR", `${word(width)}${word(height)}\x08\x02\0\0\0`)}${chunks.join("")}`;
const control = (frames: number) => chunk("acTL", word(frames) + word(0));
const pixels = chunk("IDAT", "pixels");
const avif = (av1C: string) => `\0\0\0\x14ftypavif\0\0\0\0mif1\0\0\0\x80meta....\0\0\0\x0cav1C${av1C}`;

describe("what a header shows that the server cannot process", () => {
  it.each([
    ["a PNG of 24,000,000 x 1", "image_dimensions", png(24_000_000, 1, pixels)],
    ["a PNG of 1 x 16,385", "image_dimensions", png(1, 16_385, pixels)],
    ["a PNG of 7,100 x 7,100", "image_dimensions", png(7100, 7100, pixels)],
    ["an animated PNG", "animated_png", png(1, 1, chunk("gAMA", word(45_455)), control(2), pixels)],
    ["an AVIF of 10 bits", "deep_avif", avif("\x81\x00\x40\0")],
    ["an AVIF sequence", "avif_sequence", "\0\0\0\x18ftypavis\0\0\0\0avifmsf1"],
    ["an AVIF sequence with a cover", "avif_sequence", "\0\0\0\x18ftypavif\0\0\0\0avismif1"],
  ])("USE-24 %s is refused before it is sent", async (_, problem, file) => {
    expect(await imageProblem(new Blob([bytes(file)]))).toBe(problem);
  });

  it.each([
    ["a PNG of 16,384 x 1", png(16_384, 1, pixels)],
    ["an animated PNG of one frame", png(1, 1, control(1), pixels)],
    ["a PNG with such words behind its pixels", png(1, 1, pixels, control(2))],
    ["a PNG that ends in its header", png(1, 1).slice(0, 20)],
    ["a PNG with a chunk that is longer than the file", png(1, 1, `${word(2 ** 31)}junk`)],
    ["an AVIF of 8 bits", avif("\x81\x00\x0c\0")],
  ])("USE-24 %s is sent", async (_, file) => {
    expect(await imageProblem(new Blob([bytes(file)]))).toBeUndefined();
  });
});
