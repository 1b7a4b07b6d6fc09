import { AppError, fieldError } from "./app-error.ts";

/** The most bytes of notes as they are stored: JSON in UTF-8. */
export const maxNotesBytes = 1_048_576;
/** The most objects and arrays around a value. */
export const maxNotesDepth = 64;
/** The most values in notes. The shortest lines that an editor writes have 5 in 44 bytes, so that `maxNotesBytes` comes first. */
export const maxNotesValues = 131_072;
/** The most keys of an object in notes. Of tens of thousands, each costs several times what one of few does. */
export const maxKeys = 1_000;

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
function requireStorable(notes: readonly object[]): void {
  let level: object[] = [notes];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxNotesDepth) throw tooDeep();
    const next: object[] = [];
    for (const container of level)
      for (const value of Array.isArray(container) ? container : Object.values(container)) {
        if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
          throw fieldError("invalid_input", "notes", "hold a number that cannot be stored");
        if (isObject(value)) next.push(value);
      }
    level = next;
  }
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Judges JSON in UTF-8 with notes in it before it is parsed, which for millions of values or levels takes seconds. Throws
 * `invalid_input` if it is deeper than notes in an object can be or an object has more than `maxKeys`, `notes_too_large`
 * for more than `maxNotesValues`.
 */
export function requireParsable(json: Uint8Array): void {
  let values = 1;
  /** How many commas the objects around have; those of arrays are not counted. */
  const keys: number[] = [];
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === comma) {
      values += 1;
      if ((keys[keys.length - 1]! += 1) >= maxKeys)
        throw fieldError("invalid_input", "notes", `have an object of over ${maxKeys} keys`);
    } else if (byte === openArray || byte === openObject) {
      values += 1;
      if (keys.push(byte === openObject ? 0 : -Infinity) > maxNotesDepth + 1) throw tooDeep();
    } else if (byte === closeArray || byte === closeObject) keys.pop();
    if (values > maxNotesValues)
      throw new AppError("notes_too_large", `notes have over ${maxNotesValues} values`);
  }
}

function tooDeep(): AppError {
  return fieldError("invalid_input", "notes", `are nested over ${maxNotesDepth} deep`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
