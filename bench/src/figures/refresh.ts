import { type Person, refreshClient, signIn } from "../app/people.ts";
import type { Site } from "../app/site.ts";
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
  await ageSessions(site);
  const clients = await Promise.all(
    people.slice(0, atOnce).map((person) => refresherOf(site, server, person)),
  );
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
  const refresher = (server: Server) => refresherOf(surroundings.site, server, surroundings.people[0]!);
  return countStatements(surroundings, refresher, {
    id: "refresh-queries",
    title: "round trips to the database in a refresh",
    yardstick: "its step and the account",
    floor: 2,
    aim: { of: "value", atMost: 2 },
  });
}

/** Makes every session seem older with each change: a token that took its place just now would not be rotated. */
async function ageSessions({ database }: Site): Promise<void> {
  await database.query(`CREATE TRIGGER ages BEFORE UPDATE ON sessions
    FOR EACH ROW SET NEW.rotated_at = NEW.rotated_at - INTERVAL 11 SECOND`);
}

async function refresherOf({ database }: Site, server: Server, person: Person): Promise<Client> {
  const signedIn = await signIn(server.port, person);
  await database.query("UPDATE sessions SET rotated_at = rotated_at"); // ages it
  return refreshClient(person, signedIn);
}
