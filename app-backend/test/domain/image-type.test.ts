import { describe, expect, test } from "@jest/globals";
import { sniffImageType } from "../../src/domain/image-type.ts";
import { accepted, refused } from "../images.ts";

describe("the type of an image", () => {
  test.each(Object.entries(accepted))("%s is detected by the first bytes", (contentType, bytes) => {
    expect(sniffImageType(bytes)?.contentType).toBe(contentType);
  });

  test.each(Object.entries(refused))("UPL-01 %s is none", (_name, bytes) => {
    expect(sniffImageType(bytes)).toBeUndefined();
  });

  test("nothing, and the beginning of a beginning, is none", () => {
    expect(sniffImageType(Buffer.alloc(0))).toBeUndefined();
    for (const bytes of Object.values(accepted)) expect(sniffImageType(bytes.subarray(0, 2))).toBeUndefined();
  });

  test("an AVIF brand beyond the end of its box does not count", () => {
    expect(sniffImageType(Buffer.from("\0\0\0\x10ftypisom\0\0\0\0avifavif", "latin1"))).toBeUndefined();
  });

  test("a WebP has a chunk that holds an image", () => {
    const webp = (chunk: string) => Buffer.from(`RIFF\x20\0\0\0WEBP${chunk}\x10\0\0\0`, "latin1");
    const types = ["VP8 ", "VP8L", "VP8X", "XXXX", "VP9 "].map(
      (chunk) => sniffImageType(webp(chunk))?.contentType,
    );
    expect(types).toEqual(["image/webp", "image/webp", "image/webp", undefined, undefined]);
  });
});
