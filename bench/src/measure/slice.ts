import { cpuMicros } from "./process.ts";

/** A stretch of work: how much was done, in what time, at what cost of the process that did it. */
export interface Slice {
  readonly operations: number;
  readonly wallMs: number;
  readonly cpuMicros: number;
}

export const cpuPerOperation = (slice: Slice) => slice.cpuMicros / slice.operations;
export const msPerOperation = (slice: Slice) => slice.wallMs / slice.operations;
export const perSecond = (slice: Pick<Slice, "operations" | "wallMs">) =>
  (slice.operations / slice.wallMs) * 1000;

/** Work and what it took of the process `pid`, all its threads included. */
export async function sliceOf(
  pid: number,
  work: () => Promise<Pick<Slice, "operations" | "wallMs">>,
): Promise<Slice> {
  const before = cpuMicros(pid);
  const done = await work();
  return { ...done, cpuMicros: cpuMicros(pid) - before };
}
