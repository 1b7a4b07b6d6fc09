import { type Scan, skip, take } from "./byte-scan.ts";
import { type MediaType, typeOfTracks } from "./media-type.ts";

// RFC 8794 and RFC 9559 section 5.
const ids = {
  segment: 0x18538067,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  entry: 0xae,
  trackType: 0x83,
  docType: 0x4282,
};
const [video, audio] = [1, 2];

const maxPartBytes = 2 ** 20;

interface Element {
  readonly id: number;
  /** Infinity if the writer did not know it, as recorders do not. */
  readonly bytes: number;
}

/** WebM and Matroska: the list of tracks comes before the data. */
export function* scanMatroska(): Scan<MediaType | undefined> {
  const header = yield* takeElement();
  if (!header || header.bytes > maxPartBytes) return undefined;
  const docType = childrenIn(yield* take(header.bytes)).find(({ id }) => id === ids.docType);
  const container = { webm: "webm", matroska: "matroska" } as const;
  const name = String.fromCharCode(...(docType?.content ?? [])).replace(/\0+$/, "") as keyof typeof container;
  if (!Object.hasOwn(container, name)) return undefined;
  if ((yield* takeElement())?.id !== ids.segment) return undefined;
  for (;;) {
    const element = yield* takeElement();
    if (!element) return undefined;
    if (element.id === ids.tracks && element.bytes <= maxPartBytes)
      return typeOfTracks(container[name], tracksIn(yield* take(element.bytes)));
    yield* skip(element.bytes);
  }
}

function tracksIn(content: Uint8Array) {
  const entries = childrenIn(content).filter(({ id }) => id === ids.entry);
  const types = entries.map((entry) =>
    childrenIn(entry.content)
      .find(({ id }) => id === ids.trackType)
      ?.content.at(-1),
  );
  return { hasAudio: types.includes(audio), hasVideo: types.includes(video) };
}

/** The elements in bytes that are all there. */
function childrenIn(content: Uint8Array): { id: number; content: Uint8Array }[] {
  const children = [];
  for (let at = 0; at < content.length;) {
    const id = numberAt(content, at, true);
    const size = id && numberAt(content, at + id.length, false);
    if (!size) break;
    const start = at + id.length + size.length;
    children.push({ id: id.value, content: content.subarray(start, start + size.value) });
    at = start + size.value;
  }
  return children;
}

function* takeElement(): Scan<Element | undefined> {
  const id = yield* takeNumber(true);
  const bytes = id === undefined ? undefined : yield* takeNumber(false);
  return id === undefined || bytes === undefined ? undefined : { id, bytes };
}

function* takeNumber(isId: boolean): Scan<number | undefined> {
  const first = yield* take(1);
  if (first.length === 0) return undefined;
  const rest = yield* take(Math.clz32(first[0]!) - 24);
  return numberAt(Uint8Array.of(first[0]!, ...rest), 0, isId)?.value;
}

/** A number of variable size (RFC 8794 section 4); an id keeps the bit that marks its length. */
function numberAt(bytes: Uint8Array, at: number, isId: boolean) {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || length > (isId ? 4 : 8) || at + length > bytes.length) return undefined;
  const marker = 0x80 >> (length - 1);
  const digits = [isId ? first : first - marker, ...bytes.subarray(at + 1, at + length)];
  const value = digits.reduce((sum, byte) => sum * 256 + byte, 0);
  const isUnknown = !isId && value === 2 ** (7 * length) - 1;
  return { length, value: isUnknown ? Infinity : value };
}
