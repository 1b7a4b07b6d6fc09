import { back, type Scan, scanner, skip, take } from "./byte-scan.ts";
import { aac, flac, type MediaType, mp3, pdf, typeOfTracks, wav } from "./media-type.ts";
import { scanMatroska } from "./matroska-scan.ts";
import { scanMp4 } from "./mp4-scan.ts";

const headBytes = 8_192;

/** Finds the type of a file from its bytes, regardless of name and label, in one pass. Undefined: not accepted. */
export function mediaScanner() {
  return scanner(scanMedia());
}

function* scanMedia(): Scan<MediaType | undefined> {
  const head = yield* take(headBytes);
  const text = latin1(head);
  if (text.startsWith("ID3")) {
    yield* back(head);
    return yield* scanTagged();
  }
  if (text.startsWith("\x1aE\xdf\xa3")) {
    yield* back(head);
    return yield* scanMatroska();
  }
  if (/^[^]{4}(?:ftyp|wide|mdat|moov|free|skip|pnot)/.test(text)) {
    yield* back(head);
    return yield* scanMp4();
  }
  return sniff(head, text);
}

/** Tags of ID3v2, which hold covers of megabytes, and then the sound (id3.org/id3v2.4.0-structure, section 3.1). */
function* scanTagged(): Scan<MediaType | undefined> {
  for (;;) {
    const tag = yield* take(10);
    if (!latin1(tag).startsWith("ID3") || tag.length < 10) {
      yield* back(tag);
      const head = yield* take(headBytes);
      return soundIn(head, true);
    }
    const [flags, ...size] = tag.subarray(5);
    const footer = (flags! & 0x10) === 0 ? 0 : 10;
    yield* skip(size.reduce((bytes, part) => bytes * 128 + (part & 0x7f), 0) + footer);
  }
}

function sniff(head: Uint8Array, text: string): MediaType | undefined {
  if (/^RIFF[^]{4}WAVE/.test(text)) return wav;
  if (text.startsWith("OggS")) return typeOfOgg(text);
  // Writers of PDF may put a line before it, but no page.
  if (text.slice(0, 1024).includes("%PDF-") && !/^[\s\xef\xbb\xbf\0]*</.test(text)) return pdf;
  return soundIn(head, false);
}

const oggCodecs = {
  hasAudio: ["\x01vorbis", "OpusHead", "\x7fFLAC", "Speex   "],
  hasVideo: ["\x80theora", "BBCD\0"],
};

/** By the first packet of each stream, which are all at the beginning (RFC 3533 sections 4 and 6). */
function typeOfOgg(text: string): MediaType | undefined {
  const pages = text.split("OggS").filter((page) => ((page.codePointAt(1) ?? 0) & 2) !== 0);
  const packets = pages.map((page) => page.slice(23 + (page.codePointAt(22) ?? 0)));
  const has = (codecs: string[]) =>
    packets.some((packet) => codecs.some((codec) => packet.startsWith(codec)));
  return typeOfTracks("ogg", { hasAudio: has(oggCodecs.hasAudio), hasVideo: has(oggCodecs.hasVideo) });
}

/** Sound without a container. It begins at once, or after zeros; behind a tag some bytes may come in between. */
function soundIn(head: Uint8Array, isTagged: boolean): MediaType | undefined {
  if (latin1(head).startsWith("fLaC") && (head[4]! & 0x7f) === 0) return flac;
  let at = head.findIndex((byte) => byte !== 0);
  for (; at >= 0 && at < head.length - 4; at += 1) {
    for (const { type, bytesOfFrame } of [
      { type: mp3, bytesOfFrame: bytesOfMpegFrame },
      { type: aac, bytesOfFrame: bytesOfAdtsFrame },
    ]) {
      const bytes = bytesOfFrame(head, at);
      // A second frame where the first one ends, unless the file ends there.
      if (bytes > 0 && (at + bytes === head.length || bytesOfFrame(head, at + bytes) > 0)) return type;
    }
    if (!isTagged) return undefined;
  }
  return undefined;
}

const kilobits = {
  1: {
    1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  2: {
    1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;

/** The size of the frame of MPEG audio at that place; 0 if there is none (ISO/IEC 11172-3 section 2.4.1.3). */
function bytesOfMpegFrame(head: Uint8Array, at: number): number {
  const [sync = 0, kind = 0, rates = 0] = head.subarray(at, at + 3);
  const [version, layerBits] = [(kind >> 3) & 3, (kind >> 1) & 3];
  if (sync !== 0xff || kind >> 5 !== 7 || version === 1 || layerBits === 0) return 0;
  const layer = (4 - layerBits) as 1 | 2 | 3;
  const generation = version === 3 ? 1 : 2;
  const bits = (kilobits[generation][layer][(rates >> 4) - 1] ?? 0) * 1000;
  const base = [44_100, 48_000, 32_000][(rates >> 2) & 3];
  if (bits === 0 || base === undefined) return 0;
  const hertz = base / { 3: 1, 2: 2, 0: 4 }[version as 0 | 2 | 3];
  const padding = (rates >> 1) & 1;
  if (layer === 1) return (Math.floor((12 * bits) / hertz) + padding) * 4;
  const samples = layer === 3 && generation === 2 ? 72 : 144;
  return Math.floor((samples * bits) / hertz) + padding;
}

/** The size of the ADTS frame at that place; 0 if there is none (ISO/IEC 13818-7 section 6.2). */
function bytesOfAdtsFrame(head: Uint8Array, at: number): number {
  const [sync = 0, kind = 0, rates = 0, high = 0, middle = 0, low = 0] = head.subarray(at, at + 6);
  if (sync !== 0xff || (kind & 0xf6) !== 0xf0 || ((rates >> 2) & 15) > 12) return 0;
  const bytes = ((high & 3) << 11) | (middle << 3) | (low >> 5);
  return bytes > 7 ? bytes : 0;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
