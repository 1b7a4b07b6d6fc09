import { fileURLToPath } from "node:url";

// Beside this file in the source; in a release beside the bundle.
const isSource = import.meta.url.endsWith(".ts");

/** Arguments with which Node runs the decoder. */
export const decoderProgram: readonly string[] = [
  ...(isSource ? ["--import", "tsx"] : []),
  fileURLToPath(new URL(isSource ? "decoder.ts" : "decoder.mjs", import.meta.url)),
];
