import { AppError } from "./app-error.ts";

const retryAfterMs = 5_000;

/** On its way to S3 a file is collected in parts of 5 MiB, however slowly it comes: each form may hold all of its picture. */
export const formSlots = { max: 20, maxOfNetwork: 10 };
/** Uploads inside the image processor: one that waited behind more would be past its deadline. */
export const imageSlots = { max: 21, maxOfNetwork: 10 };

interface Size {
  readonly max: number;
  /** The most that one network may hold, so that it leaves some to others. */
  readonly maxOfNetwork: number;
}

export type Slots = ReturnType<typeof slots>;

/** A limited number of places for requests that take memory. Each is free again when its work has settled. */
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

    /** Runs `work` in a place. Throws `unavailable` when all are taken, `too_many_requests` when the network has its share. */
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
