import { describe, expect, test } from "@jest/globals";
import { byteRangeOf } from "../../src/domain/byte-range.ts";

const size = 1_000;

describe("FAC-10 a range", () => {
  test.each([
    ["bytes=0-1", 0, 1],
    ["bytes=0-0", 0, 0],
    ["bytes=0-", 0, 999],
    ["bytes=500-", 500, 999],
    ["bytes=-500", 500, 999],
    ["bytes=-5000", 0, 999],
    ["bytes=0-99999999", 0, 999],
    ["bytes=999-99999999999999999999", 999, 999],
    ["Bytes= 2-3 ", 2, 3],
  ])("%s is of the file", (header, first, last) => {
    expect(byteRangeOf(header, size)).toEqual({ first, last });
  });

  test.each(["bytes=1000-", "bytes=1000-2000", "bytes=99999999999999999999-", "bytes=-0"])(
    "%s is behind its end",
    (header) => {
      expect(byteRangeOf(header, size)).toBe("none");
    },
  );

  test.each([
    undefined,
    "",
    "bytes=5-2",
    "items=0-1",
    "bytes=0-1,5-6",
    `bytes=${Array.from({ length: 1_000 }, (_, at) => `${at}-${at}`).join(",")}`,
    "bytes=-",
    "bytes=a-b",
    "bytes=0x1-2",
    "bytes 0-1",
  ])("%j asks for the whole file", (header) => {
    expect(byteRangeOf(header, size)).toBeUndefined();
  });
});
