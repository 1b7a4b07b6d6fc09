import { readerClient, signIn } from "../app/people.ts";
import { statementsEach } from "../app/statements.ts";
import type { Client } from "../load/client.ts";
import type { Entry } from "../measure/figure.ts";
import { cpuPerOperation, perSecond } from "../measure/slice.ts";
import { compare } from "./compare.ts";
import { type Contender, startFloor, underLoad } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const atOnce = 16;
const withoutDatabase = "/api/auth/sessions";
const asItIs = "/api/account";

/** What an authenticated answer costs beside the bare framework, without the database and with it. */
export async function jsonFigures(surroundings: Surroundings): Promise<Entry[]> {
  const contenders = await open(surroundings);
  await forgoDatabase(contenders.replayed, surroundings);
  const { http, express, control, replayed, account } = await interleave(
    contenders,
    surroundings.effort.short,
  );
  const yardstick = "bare Express 5";
  const lean = { title: "authenticated JSON, database from memory", yardstick };
  const whole = { title: "GET /api/account as it is, session check included", yardstick };
  const framework = { title: yardstick, yardstick: "bare node:http" };
  const cpu = { unit: "µs CPU" };
  const rate = { unit: "requests/s" };
  const replaying = { subject: replayed, floor: express, control };
  const deployed = { subject: account, floor: express, control };
  const bare = { subject: express, floor: http, control: http };
  return [
    compare(
      { id: "json-cpu", ...lean, ...cpu, aim: { of: "ratio", atMost: 1.8 } },
      replaying,
      cpuPerOperation,
    ),
    compare({ id: "json-rate", ...lean, ...rate }, replaying, perSecond),
    compare({ id: "account-cpu", ...whole, ...cpu }, deployed, cpuPerOperation),
    compare({ id: "account-rate", ...whole, ...rate }, deployed, perSecond),
    compare({ id: "express-cpu", ...framework, ...cpu }, bare, cpuPerOperation),
  ];
}

async function open({ site, people, logs }: Surroundings) {
  const [person] = people;
  const deployed = await site.start();
  const signedIn = await signIn(deployed.port, person!);
  const clients = (client: Client) => Array<Client>(atOnce).fill(client);
  const bare = clients({ ...readerClient(person!, signedIn, "/") });
  return {
    http: underLoad(await startFloor("bare-http", logs), bare),
    express: underLoad(await startFloor("bare-express", logs), bare),
    control: underLoad(await startFloor("bare-express", logs), bare),
    replayed: underLoad(
      await site.start("replaying"),
      clients(readerClient(person!, signedIn, withoutDatabase)),
    ),
    account: underLoad(deployed, clients(readerClient(person!, signedIn, asItIs))),
  };
}

/** Makes sure that the first figure is what it says: after its first answers the database hears no more. */
async function forgoDatabase(replayed: Contender, { site, effort }: Surroundings): Promise<void> {
  const { sliceMs } = effort.short;
  await replayed.slice(sliceMs);
  const statements = await statementsEach(site.database, () => replayed.slice(sliceMs));
  if (statements > 0) throw new Error(`${statements} statements a request reach the database all the same`);
}
