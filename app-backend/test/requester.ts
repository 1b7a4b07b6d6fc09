import type { Requester } from "../src/ports/darkroom.ts";

/** A client that waits for as long as it takes. */
export const patient: Requester = { signal: new AbortController().signal, network: "10.0.0.1" };
