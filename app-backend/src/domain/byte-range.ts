/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const oneRange = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * The part of a file of that many bytes that a `Range` asks for (RFC 9110 section 14.2). Undefined, the whole file: no
 * header, several ranges, another unit or a malformed one. `none`: the file has no such bytes.
 */
export function byteRangeOf(header: string | undefined, size: number): ByteRange | "none" | undefined {
  const [, from = "", to = ""] = oneRange.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "")
    return Number(to) === 0 ? "none" : { first: Math.max(0, size - Number(to)), last: size - 1 };
  const [first, last] = [Number(from), to === "" ? Infinity : Number(to)];
  if (last < first) return undefined;
  return first >= size ? "none" : { first, last: Math.min(last, size - 1) };
}
