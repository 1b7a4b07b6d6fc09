import { type Scan, skip, take } from "./byte-scan.ts";
import { type MediaType, typeOfTracks } from "./media-type.ts";

/** A box of ISO/IEC 14496-12 section 4.2; `bytes` is the size of its content, Infinity up to the end of the file. */
interface Box {
  readonly name: string;
  readonly bytes: number;
  readonly headerBytes: number;
}

/** MP4, M4A and MOV: the tracks are in `moov`, before or behind the data. */
export function* scanMp4(): Scan<MediaType | undefined> {
  let isQuicktime = true; // has no `ftyp` in old files
  for (;;) {
    const box = yield* takeBox();
    if (!box) return undefined;
    if (box.name === "ftyp") {
      const brand = yield* take(4);
      isQuicktime = text(brand) === "qt  ";
      yield* skip(box.bytes - brand.length);
    } else if (box.name === "moov") {
      const handlers: string[] = [];
      yield* scanChildren(box.bytes, handlers);
      const tracks = { hasAudio: handlers.includes("soun"), hasVideo: handlers.includes("vide") };
      return typeOfTracks(isQuicktime ? "quicktime" : "mp4", tracks);
    } else yield* skip(box.bytes);
  }
}

/** Collects the handlers of all tracks: `moov` has `trak`, which has `mdia`, which has `hdlr`. */
function* scanChildren(bytes: number, handlers: string[]): Scan<void> {
  for (let left = bytes; left >= 8;) {
    const box = yield* takeBox();
    if (!box || box.headerBytes + box.bytes > left) return;
    left -= box.headerBytes + box.bytes;
    if (box.name === "trak" || box.name === "mdia") yield* scanChildren(box.bytes, handlers);
    else if (box.name === "hdlr" && box.bytes >= 12) {
      handlers.push(text((yield* take(12)).subarray(8)));
      yield* skip(box.bytes - 12);
    } else yield* skip(box.bytes);
  }
}

function* takeBox(): Scan<Box | undefined> {
  const header = yield* take(8);
  if (header.length < 8) return undefined;
  const name = text(header.subarray(4));
  const size = uint(header.subarray(0, 4));
  if (size === 0) return { name, bytes: Infinity, headerBytes: 8 };
  if (size !== 1) return size < 8 ? undefined : { name, bytes: size - 8, headerBytes: 8 };
  const long = uint(yield* take(8));
  return long < 16 ? undefined : { name, bytes: long - 16, headerBytes: 16 };
}

function uint(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
