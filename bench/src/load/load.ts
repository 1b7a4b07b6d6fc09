import type { Slice } from "../measure/slice.ts";
import { startProgram } from "../processes/program.ts";
import type { Client } from "./client.ts";

/** Messages to the generator: which client it plays, then how long it works. */
export type Order = { readonly port: number; readonly clients: Client[] } | { readonly forMs: number };

export type Report =
  | { readonly wallMs: number; readonly latenciesMs: readonly number[] }
  | { readonly failure: string };

export interface LoadRun extends Pick<Slice, "operations" | "wallMs"> {
  readonly latenciesMs: readonly number[];
}

export interface Load {
  /** All clients at work for so long. Throws if a single answer is no success. */
  run(forMs: number): Promise<LoadRun>;
  stop(): Promise<void>;
}

/** Clients in a process of their own, each over its own connection. */
export function openLoad(port: number, clients: Client[]): Load {
  const generator = startProgram("generator");
  generator.tell({ port, clients } satisfies Order);

  async function run(forMs: number): Promise<LoadRun> {
    const report = await generator.ask<Report>({ forMs } satisfies Order);
    if ("failure" in report) throw new Error(report.failure);
    return { ...report, operations: report.latenciesMs.length };
  }
  return { run, stop: generator.stop };
}
