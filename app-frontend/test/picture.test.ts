import { describe, expect, it } from "@jest/globals";
import { examine, maxPictureBytes, pictureProblem, pictureType } from "../src/picture.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

const jpeg = bytes("\xff\xd8\xff\xe0\0\x10JFIF");
const ftyp = (brand: string, ...compatible: string[]) => {
  const size = 16 + 4 * compatible.length;
  return bytes(`\0\0\0${String.fromCharCode(size)}ftyp${brand}\0\0\0\0${compatible.join("")}avif`);
};

describe("pictureType", () => {
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
    expect(pictureType(head)).toBe(type);
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
    expect(pictureType(head)).toBeUndefined();
  });
});

describe("examine", () => {
  it("finds the type in the bytes, whatever the file is called", async () => {
    const file = new File([jpeg], "portrait.png", { type: "image/png" });
    expect(await examine(file)).toEqual({ type: "image/jpeg" });
  });
});

describe("pictureProblem", () => {
  it("finds none in a small picture", async () => {
    expect(await pictureProblem(new Blob([jpeg]))).toBeUndefined();
  });

  it("takes a picture of exactly the limit and none that is a byte larger", async () => {
    const rest = new Uint8Array(maxPictureBytes - jpeg.length);
    expect(await pictureProblem(new Blob([jpeg, rest]))).toBeUndefined();
    expect(await pictureProblem(new Blob([jpeg, rest, "x"]))).toBe("image_too_large");
  });

  it("is not deceived by a name or a type", async () => {
    const file = new File(["just words"], "portrait.png", { type: "image/png" });
    expect(await pictureProblem(file)).toBe("unsupported_image");
  });

  it("tells an empty file from a wrong one", async () => {
    expect(await pictureProblem(new Blob([]))).toBe("empty_image");
  });

  it("tells a file that cannot be read", async () => {
    const gone = { size: 1, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) };
    expect(await pictureProblem(gone as unknown as Blob)).toBe("unreadable_image");
  });
});
