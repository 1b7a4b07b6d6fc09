import type { Entry } from "../measure/figure.ts";
import { memoryMb } from "../measure/process.ts";
import { rounds } from "../measure/rounds.ts";
import type { Server } from "../processes/server.ts";
import { compare } from "./compare.ts";
import { startFloor } from "./contenders.ts";
import type { Surroundings } from "./surroundings.ts";

interface Start {
  readonly readyMs: number;
  readonly memoryMb: number;
}

/** How soon a server answers after its start, and how much it holds then. */
export async function serverFigures({ site, effort, logs }: Surroundings): Promise<Entry[]> {
  const bare = () => startFloor("bare-express", logs).then(looked);
  const contenders = { subject: () => site.start().then(looked), floor: bare, control: bare };
  const starts = await rounds<keyof typeof contenders, Start>(contenders, effort.long.rounds);
  const yardstick = "bare Express 5";
  return [
    compare(
      { id: "ready", title: "server ready", unit: "ms", yardstick, aim: { of: "value", atMost: 600 } },
      starts,
      (start) => start.readyMs,
    ),
    compare(
      {
        id: "memory",
        title: "memory when ready",
        unit: "MB",
        yardstick,
        aim: { of: "difference", atMost: 60 },
      },
      starts,
      (start) => start.memoryMb,
    ),
  ];
}

async function looked({ pid, readyMs, stop }: Server): Promise<Start> {
  const start = { readyMs, memoryMb: memoryMb(pid) };
  await stop();
  return start;
}
