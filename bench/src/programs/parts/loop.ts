import type { Slice } from "../../measure/slice.ts";

type Done = Pick<Slice, "operations" | "wallMs">;

/** Repeats `work` for as long as each message says, and answers how often that was and what else `facts` tell of it. */
export function loop(
  work: () => number | Promise<number>,
  atOnce = 1,
  facts: () => object = () => ({}),
): void {
  process.on("message", async ({ forMs }: { forMs: number }) => {
    facts(); // what they tell of the time before is no part of it
    process.send!({ ...(await repeat(work, forMs, atOnce)), ...facts() });
  });
}

/** Does the same again and again, `atOnce` times in parallel. `work` gives how many operations it was. */
export async function repeat(
  work: () => number | Promise<number>,
  forMs: number,
  atOnce: number,
): Promise<Done> {
  const startedAt = performance.now();
  let operations = 0;
  const one = async () => {
    while (performance.now() - startedAt < forMs) {
      const done = await work(); // not `+= await`, which adds to what the sum was before
      operations += done;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { operations, wallMs: performance.now() - startedAt };
}
