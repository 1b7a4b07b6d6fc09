import { throwIfInterrupted } from "./signals.ts";

const width = 8;

/** Does `work` for each, some at a time; nothing more is begun after a failure or a signal. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const worker = async () => {
    for (const item of waiting) {
      if (failed) return;
      throwIfInterrupted();
      await work(item);
    }
  };
  const guarded = () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    });
  await Promise.all(Array.from({ length: width }, guarded));
}
