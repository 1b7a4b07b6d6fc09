import { AppError, fieldError } from "./app-error.ts";

/** The most bytes of notes as they are stored: JSON in UTF-8. */
export const maxNotesBytes = 1_048_576;
/** The most objects and arrays around a value. */
export const maxNotesDepth = 64;

/** A block of the editor. Types and attributes that we do not know are kept. */
export type Block = Readonly<Record<string, unknown>>;
export type Notes = readonly Block[];

/**
 * Notes as they are stored. Throws `invalid_input` unless they are an array of objects that JSON returns unchanged, at most
 * `maxNotesDepth` deep, and `notes_too_large` for more than `maxNotesBytes`.
 */
export function encodeNotes(notes: unknown): Uint8Array {
  if (!Array.isArray(notes) || !notes.every((block) => isObject(block) && !Array.isArray(block)))
    throw fieldError("invalid_input", "notes", "are not a list of blocks");
  requireStorable(notes);
  const bytes = new TextEncoder().encode(JSON.stringify(notes));
  if (bytes.length > maxNotesBytes)
    throw new AppError("notes_too_large", `notes take ${bytes.length} bytes of ${maxNotesBytes}`);
  return bytes;
}

/** Stored notes. Throws for bytes that `encodeNotes` did not make. */
export function decodeNotes(bytes: Uint8Array): Notes {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

/** Not recursive: `JSON.parse` reads any depth, and what follows would overflow the stack. */
function requireStorable(notes: unknown): void {
  const rest: [value: unknown, depth: number][] = [[notes, 1]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [value, depth] = next;
    if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
      throw fieldError("invalid_input", "notes", "hold a number that cannot be stored");
    if (!isObject(value)) continue;
    if (depth > maxNotesDepth)
      throw fieldError("invalid_input", "notes", `are nested over ${maxNotesDepth} deep`);
    for (const child of Object.values(value)) rest.push([child, depth + 1]);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
