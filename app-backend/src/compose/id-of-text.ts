import { createHash } from "node:crypto";

/** An id of the form of all others that is made of a text, which cannot be found from it. */
export function idOfText(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
