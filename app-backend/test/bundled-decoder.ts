/** The decoder as a release has it (`bundle-decoder.mjs`): from the source each would take half a second longer to start. */
export const decoderProgram: readonly string[] = [process.env["BUNDLED_DECODER"]!];
