import { expect, test } from "@jest/globals";
import { lacksOnlyItsEnd } from "../../../src/adapters/sharp/jpeg-end.ts";
import { accepted } from "../../images.ts";

const whole = accepted["image/jpeg"]!;

test.each([
  ["frames of 255 components", [0xff, 0xc0, 0, 8, 8, 0, 1, 0, 1, 255]],
  ["scans of 255 components", [0xff, 0xda, 0, 3, 255]],
  ["empty segments", [0xff, 0xfe, 0, 2]],
  ["segments with an impossible length", [0xff, 0xfe, 0, 0]],
  ["padding", [0xff]],
  ["stuffed zeros", [0xff, 0]],
  ["restart markers", [0xff, 0xd0]],
])("USE-02 10 MiB of %s after a JPEG are scanned quickly", (_what, segment) => {
  const tail = Buffer.alloc(10 * 2 ** 20 - whole.length, Buffer.from(segment));
  const jpeg = Buffer.concat([whole.subarray(0, -2), tail]);
  // The time is the whole process's, so the compiler's and the collector's too: the best of three.
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    lacksOnlyItsEnd(jpeg);
    return process.cpuUsage(before).user;
  });
  expect(Math.min(...times)).toBeLessThan(1_000_000);
});

test("USE-02 a JPEG with two frames, or more scans than are decoded, lacks more than its end", () => {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
  const of = (...parts: Buffer[]) => Buffer.concat([whole.subarray(0, 2), ...parts]);
  expect(lacksOnlyItsEnd(of(frame, scan))).toBe(true);
  expect(lacksOnlyItsEnd(of(frame, frame, scan))).toBe(false);
  expect(lacksOnlyItsEnd(of(frame, ...Array.from({ length: 100 }, () => scan)))).toBe(true);
  expect(lacksOnlyItsEnd(of(frame, ...Array.from({ length: 101 }, () => scan)))).toBe(false);
});

test("USE-24 a complete JPEG lacks nothing, one without its end marker or half of it lacks only that", () => {
  const lacks = [0, 1, 2].map((bytes) => lacksOnlyItsEnd(whole.subarray(0, whole.length - bytes)));
  expect(lacks).toEqual([false, true, true]);
});
