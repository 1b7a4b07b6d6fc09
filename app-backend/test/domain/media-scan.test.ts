import { describe, expect, test } from "@jest/globals";
import { mediaScanner } from "../../src/domain/media-scan.ts";
import { acceptedMedia, box, ftyp, mdat, moov, refusedMedia } from "../media-files.ts";

/** The type of a file that arrives in parts of that size. */
function typeOf(bytes: Buffer, part = bytes.length) {
  const scanner = mediaScanner();
  for (let at = 0; at < bytes.length; at += part) scanner.push(bytes.subarray(at, at + part));
  return scanner.end();
}

describe("the type of media", () => {
  test.each(Object.entries(acceptedMedia))(
    "PRJ-36 %s is found, however it arrives",
    (_name, [contentType, extension, bytes]) => {
      for (const part of [bytes.length, 65_536, 4_097])
        expect(typeOf(bytes, part)).toEqual({ contentType, extension });
      if (bytes.length < 20_000) expect(typeOf(bytes, 1)).toEqual({ contentType, extension });
    },
  );

  test.each(Object.entries(refusedMedia))("PRJ-36 %s is none", (_name, bytes) => {
    for (const part of [bytes.length || 1, 7]) expect(typeOf(bytes, part)).toBeUndefined();
  });

  test("a file that is cut off anywhere has its type or none, and no error", () => {
    for (const [contentType, , bytes] of Object.values(acceptedMedia).filter(
      ([, , all]) => all.length < 20_000,
    ))
      for (let end = 0; end < bytes.length; end += 997)
        expect([undefined, contentType, "audio/mpeg", "audio/mp4"]).toContain(
          typeOf(bytes.subarray(0, end))?.contentType,
        );
  });

  test("a file of tiny boxes is given up", () => {
    const tiny = Buffer.concat([ftyp("mp42"), ...Array.from({ length: 30_000 }, () => box("free"))]);
    const startedAt = performance.now();
    const scanner = mediaScanner();
    for (let round = 0; round < 10; round += 1) scanner.push(tiny);
    expect(scanner.end()).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("data of 200 MiB before the tracks is passed over without being kept", () => {
    const scanner = mediaScanner();
    const head = Buffer.from(mdat(0));
    head.writeUInt32BE(8 + 200 * 2 ** 20);
    scanner.push(Buffer.concat([ftyp("mp42"), head]));
    const part = Buffer.alloc(2 ** 20);
    for (let count = 0; count < 200; count += 1) scanner.push(part);
    scanner.push(moov("soun", "vide"));
    expect(scanner.end()?.contentType).toBe("video/mp4");
  });
});
