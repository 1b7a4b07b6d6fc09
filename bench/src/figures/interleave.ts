import { rounds } from "../measure/rounds.ts";
import type { Slice } from "../measure/slice.ts";
import type { Contender } from "./contenders.ts";

export interface Extent {
  readonly rounds: number;
  readonly sliceMs: number;
  /** Before the first round, for the optimising compiler. */
  readonly warmUpMs: number;
}

/** Lets all contenders warm up, measures them in turn, and stops them. */
export async function interleave<Name extends string, Measured = Slice>(
  contenders: Readonly<Record<Name, Contender<Measured>>>,
  { rounds: count, sliceMs, warmUpMs }: Extent,
): Promise<Record<Name, Measured[]>> {
  const each = Object.entries(contenders) as [Name, Contender<Measured>][];
  const slices = each.map(([name, contender]) => [name, () => contender.slice(sliceMs)]);
  for (const [, contender] of each) await contender.slice(warmUpMs);
  const measured = await rounds<Name, Measured>(Object.fromEntries(slices), count);
  for (const [, contender] of each) await contender.stop();
  return measured;
}
