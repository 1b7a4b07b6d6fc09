import { AppError } from "./app-error.ts";

const retryAfterMs = 5_000;

/** A file is buffered in parts of 5 MiB on its way to S3, so each form may hold all of its picture in memory. */
export const formSlots = { max: 20, maxOfNetwork: 10 };
/** Large bodies of notes: each is in memory as up to 6 MiB of bytes, as text and as values. */
export const noteSlots = { max: 10, maxOfNetwork: 5 };
/** Uploads inside the image processor: one that waits behind more than these would miss its deadline. */
export const imageSlots = { max: 21, maxOfNetwork: 10 };

/** Forms of the facade: each holds two parts of 5 MiB and its notes in memory. */
export const facadeUploadSlots = { max: 10, maxOfNetwork: 5 };
/** Files that the facade sends, with 1 MiB of each in memory. A player may hold one while it is paused. */
export const facadeFileSlots = { max: 60, maxOfNetwork: 20 };

interface Size {
  readonly max: number;
  /** The most that one network may hold, so that others are served too. */
  readonly maxOfNetwork: number;
}

export type Slots = ReturnType<typeof slots>;

/** A limited number of slots for requests that take memory. A slot is free again when its work has settled. */
export function slots({ max, maxOfNetwork }: Size) {
  const byNetwork = new Map<string, number>();
  let taken = 0;

  function change(network: string, by: 1 | -1): void {
    taken += by;
    const held = (byNetwork.get(network) ?? 0) + by;
    if (held > 0) byNetwork.set(network, held);
    else byNetwork.delete(network);
  }

  return {
    taken: () => taken,

    /** Runs `work` in a slot. Throws `unavailable` if all are taken, `too_many_requests` if the network has its share. */
    async hold<Result>(network: string, work: () => Promise<Result>): Promise<Result> {
      if (taken >= max) throw new AppError("unavailable", "all places are taken");
      if ((byNetwork.get(network) ?? 0) >= maxOfNetwork)
        throw new AppError("too_many_requests", "network holds its share of places", { retryAfterMs });
      change(network, 1);
      try {
        return await work();
      } finally {
        change(network, -1);
      }
    },
  };
}
