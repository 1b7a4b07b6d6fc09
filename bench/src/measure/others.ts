import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { calmPercent } from "./figure.ts";

const watchMs = 1_000;

/** Waits until others leave the machine alone, but not for ever; gives what they still take, in percent. */
export async function untilCalm(patienceMs: number): Promise<number> {
  for (let waitedMs = watchMs; ; waitedMs += watchMs) {
    const percent = await othersPercent();
    if (percent <= calmPercent || waitedMs >= patienceMs) return percent;
  }
}

/** The share of the machine that is at work while nothing is measured, in percent: others, and no fault of ours. */
export async function othersPercent(): Promise<number> {
  const before = processorTime();
  await sleep(watchMs);
  const after = processorTime();
  return ((after.busy - before.busy) / (after.all - before.all)) * 100;
}

/** In ticks since the machine started (proc(5), stat). */
function processorTime(): { readonly busy: number; readonly all: number } {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, each) => sum + each, 0);
  const [idle = 0, waiting = 0] = ticks.slice(3, 5);
  return { busy: all - idle - waiting, all };
}
