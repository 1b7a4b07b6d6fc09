import { describe, expect, test } from "@jest/globals";
import { sniffImageType } from "../../src/domain/image-type.ts";
import { accepted, refused } from "../images.ts";

describe("the type of an image", () => {
  test.each(Object.entries(accepted))("%s is told from the first bytes", (contentType, bytes) => {
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
});
