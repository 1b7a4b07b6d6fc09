import { refreshClient, signIn } from "../app/people.ts";
import { statementsEach } from "../app/statements.ts";
import type { Count, Entry } from "../measure/figure.ts";
import { cpuPerOperation, perSecond } from "../measure/slice.ts";
import type { Server } from "../processes/server.ts";
import { compare } from "./compare.ts";
import { looping, underLoad } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const atOnce = 16;

/** What staying signed in costs beside the least that a database can do for it. */
export async function refreshFigures(surroundings: Surroundings): Promise<Entry[]> {
  const { site, people, effort } = surroundings;
  const counted = await countStatements(surroundings);
  const server = await site.start();
  const raw = { ...site.environment, AT_ONCE: String(atOnce) };
  const slices = await interleave(
    {
      subject: underLoad(server, await refreshers(server, people.slice(0, atOnce))),
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
    counted,
  ];
}

function refreshers(server: Server, people: Surroundings["people"]) {
  return Promise.all(people.map(async (person) => refreshClient(person, await signIn(server.port, person))));
}

/** Asked of the database itself; of a server of its own, whose connections are open and statements prepared. */
async function countStatements({ site, people, effort }: Surroundings): Promise<Count> {
  const server = await site.start();
  const refresher = underLoad(server, await refreshers(server, people.slice(0, 1)));
  const { sliceMs } = effort.short;
  await refresher.slice(sliceMs);
  const statements = await statementsEach(site.database, () => refresher.slice(sliceMs));
  await refresher.stop();
  return {
    id: "refresh-queries",
    title: "round trips to the database in a refresh",
    unit: "statements",
    yardstick: "step and account",
    value: statements,
    floor: 2,
    aim: { of: "value", atMost: 2 },
  };
}
