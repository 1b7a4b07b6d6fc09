import { join } from "node:path";
import type { Client } from "../load/client.ts";
import { openLoad } from "../load/load.ts";
import { sliceOf, type Slice } from "../measure/slice.ts";
import { quantile } from "../measure/statistics.ts";
import { programsFolder } from "../processes/bundles.ts";
import { startProgram } from "../processes/program.ts";
import { type Server, startServer } from "../processes/server.ts";

/** Something that works for so long when asked, and tells how it went. */
export interface Contender<Measured = Slice> {
  slice(forMs: number): Promise<Measured>;
  stop(): Promise<void>;
}

/** A server under the load of these clients. */
export function underLoad(server: Server, clients: Client[]): Contender {
  const load = openLoad(server.port, clients);
  return {
    slice: (forMs) => sliceOf(server.pid, () => load.run(forMs)),
    stop: () => Promise.all([load.stop(), server.stop()]).then(() => undefined),
  };
}

/** A program that does one thing in a loop. */
export function looping(name: string, env: Readonly<Record<string, string>> = {}): Contender {
  const program = startProgram(name, env);
  return {
    slice: (forMs) => sliceOf(program.pid, () => program.ask<Slice>({ forMs })),
    stop: program.stop,
  };
}

const probers = 4;
const probeEveryMs = 20;

/** The same, while another client requests `path` of `server` 200 times a second; `p99Ms` is its latency. */
export function probed(
  contender: Contender,
  server: Server,
  path: string,
): Contender<Slice & { readonly p99Ms: number }> {
  const prober: Client = { method: "GET", path, everyMs: probeEveryMs };
  const probes = openLoad(server.port, Array<Client>(probers).fill(prober));
  return {
    async slice(forMs) {
      const [slice, { latenciesMs }] = await Promise.all([contender.slice(forMs), probes.run(forMs)]);
      return { ...slice, p99Ms: quantile(latenciesMs, 0.99) };
    },
    stop: () => Promise.all([probes.stop(), contender.stop(), server.stop()]).then(() => undefined),
  };
}

/** A server of `src/programs/`. */
export function startFloor(name: string, logs: string): Promise<Server> {
  const file = join(programsFolder, `${name}.mjs`);
  return startServer({ file, readyPath: "/", log: join(logs, `${name}.log`) });
}
