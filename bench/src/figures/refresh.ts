import { type Person, refreshClient, signIn } from "../app/people.ts";
import type { Client } from "../load/client.ts";
import type { Count, Entry } from "../measure/figure.ts";
import { cpuPerOperation, perSecond } from "../measure/slice.ts";
import type { Server } from "../processes/server.ts";
import { compare } from "./compare.ts";
import { looping, underLoad } from "./contenders.ts";
import { countStatements } from "./count-statements.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const atOnce = 16;

/** What staying signed in costs beside the least that a database can do for it. */
export async function refreshFigures(surroundings: Surroundings): Promise<Entry[]> {
  const { site, people, effort } = surroundings;
  const server = await site.start();
  const clients = await Promise.all(people.slice(0, atOnce).map((person) => refresherOf(server, person)));
  const raw = { ...site.environment, AT_ONCE: String(atOnce) };
  const slices = await interleave(
    {
      subject: underLoad(server, clients),
      floor: looping("transaction", raw),
      control: looping("transaction", raw),
    },
    effort.short,
  );
  const refresh = { title: `refresh, ${atOnce} at once`, yardstick: "one UPDATE and INSERT transaction" };
  const aim = { of: "ratio", atLeast: 0.7 } as const;
  return [
    compare({ id: "refresh-rate", ...refresh, unit: "refreshes/s", aim }, slices, perSecond),
    compare({ id: "refresh-cpu", ...refresh, unit: "µs CPU" }, slices, cpuPerOperation),
    await countOfRefresh(surroundings),
  ];
}

function countOfRefresh(surroundings: Surroundings): Promise<Count> {
  const refresher = (server: Server) => refresherOf(server, surroundings.people[0]!);
  return countStatements(surroundings, refresher, {
    id: "refresh-queries",
    title: "round trips to the database in a refresh",
    yardstick: "its step and the account",
    floor: 2,
    aim: { of: "value", atMost: 2 },
  });
}

async function refresherOf(server: Server, person: Person): Promise<Client> {
  return refreshClient(person, await signIn(server.port, person));
}
