import type { Requester } from "../src/domain/client.ts";

/** A client in that network that never aborts. */
export const from = (network: string): Requester => ({ signal: new AbortController().signal, network });

export const patient = from("10.0.0.1");
