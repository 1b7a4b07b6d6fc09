import { cursorOf } from "../../../app-backend/src/http/contract/cursor.ts";
import {
  addProject,
  fillNotebook,
  notes,
  type Notebook,
  saverClient,
  thinningClient,
} from "../app/notebook.ts";
import { putClient, s3Port } from "../app/parcels.ts";
import { type Person, readerClient, signIn } from "../app/people.ts";
import type { Client } from "../load/client.ts";
import type { Entry } from "../measure/figure.ts";
import { cpuPerOperation, perSecond } from "../measure/slice.ts";
import type { Server } from "../processes/server.ts";
import { compare } from "./compare.ts";
import { looping, underLoad } from "./contenders.ts";
import { countStatements } from "./count-statements.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const atOnce = 8;
/** As many as an account may have. */
const count = 1_000;
const list = "/api/projects?limit=24";

/** What saving a note and reading the list of projects cost beside their queries and the object. */
export async function projectFigures(surroundings: Surroundings): Promise<Entry[]> {
  return [...(await saveFigures(surroundings)), ...(await listFigures(surroundings))];
}

async function saveFigures(surroundings: Surroundings): Promise<Entry[]> {
  const { people, effort } = surroundings;
  const [savers, others, more] = [0, 1, 2].map((part) => people.slice(part * atOnce, (part + 1) * atOnce));
  const slices = await interleave(
    {
      subject: await saving(surroundings, savers!),
      floor: await rawSaving(surroundings, others!),
      control: await rawSaving(surroundings, more!),
    },
    effort.short,
  );
  const save = {
    title: `save of a note of 10 kB, ${atOnce} at once`,
    yardstick: "its queries and a PUT to S3",
  };
  return [
    compare({ id: "save-rate", ...save, unit: "saves/s" }, slices, perSecond),
    compare({ id: "save-cpu", ...save, unit: "µs CPU" }, slices, cpuPerOperation),
    await countStatements(surroundings, (server) => thinner(server, savers![0]!), {
      id: "save-thinning-queries",
      title: "round trips to the database in a save that removes a version",
      yardstick: leastQueries,
      floor: 8,
    }),
  ];
}

const leastQueries = "session, project, a transaction of four statements";

async function thinner(server: Server, person: Person): Promise<Client> {
  return thinningClient(server, person, await signIn(server.port, person));
}

async function saver(server: Server, person: Person): Promise<Client> {
  return saverClient(server, person, await signIn(server.port, person));
}

async function saving({ site }: Surroundings, people: readonly Person[]) {
  const server = await site.start();
  return underLoad(server, await Promise.all(people.map((person) => saver(server, person))));
}

async function rawSaving({ site }: Surroundings, people: readonly Person[]) {
  const server = await site.start();
  const saves = await Promise.all(
    people.map(async (person, place) => {
      const { id } = await addProject(server.port, person, await signIn(server.port, person));
      const sql = "SELECT account_id AS accountId FROM projects WHERE id = ?";
      const [[row]] = (await site.database.execute(sql, [id])) as unknown as [[{ accountId: string }]];
      const key = `incoming/raw-note-${place}`;
      return { ...row, projectId: id, put: await putClient(site.environment["BUCKET"]!, key, notes) };
    }),
  );
  await server.stop();
  const order = { S3_PORT: String(s3Port()), SAVES: JSON.stringify(saves) };
  return looping("raw-save", { ...site.environment, ...order });
}

async function listFigures(surroundings: Surroundings): Promise<Entry[]> {
  const { site, people, effort } = surroundings;
  const person = people.at(-1)!;
  const { accountId, middle } = await fillNotebook(site.database, person, count);
  const cursor = cursorOf(middle);
  const reader = async (server: Server) =>
    readerClient(person, await signIn(server.port, person), `${list}&cursor=${cursor}`);
  const walker = async (server: Server): Promise<Client> => ({
    ...readerClient(person, await signIn(server.port, person), list),
    follows: true,
  });
  const reading = async (clientOf: typeof reader) => {
    const server = await site.start();
    return underLoad(server, Array<Client>(atOnce).fill(await clientOf(server)));
  };
  const raw = (order: Readonly<Record<string, string>> = {}) =>
    looping("project-query", { ...site.environment, ...environmentOf({ accountId, middle }), ...order });
  const { page, walk, rawPage, rawAgain, rawWalk, rawWalkAgain } = await interleave(
    {
      page: await reading(reader),
      rawPage: raw(),
      rawAgain: raw(),
      walk: await reading(walker),
      rawWalk: raw({ WALKS: "1" }),
      rawWalkAgain: raw({ WALKS: "1" }),
    },
    effort.short,
  );
  const ofPage = { title: `page of 24 projects of ${count}`, yardstick: "its query alone" };
  const ofWalk = {
    title: `all ${count} projects by cursor, each page of 24`,
    yardstick: "the same queries alone",
  };
  const beside = { subject: page, floor: rawPage, control: rawAgain };
  const besideWalk = { subject: walk, floor: rawWalk, control: rawWalkAgain };
  return [
    compare({ id: "projects-rate", ...ofPage, unit: "pages/s" }, beside, perSecond),
    compare({ id: "projects-cpu", ...ofPage, unit: "µs CPU" }, beside, cpuPerOperation),
    compare({ id: "projects-walk-rate", ...ofWalk, unit: "pages/s" }, besideWalk, perSecond),
    compare({ id: "projects-walk-cpu", ...ofWalk, unit: "µs CPU" }, besideWalk, cpuPerOperation),
    await countStatements(surroundings, reader, {
      id: "projects-queries",
      title: "round trips to the database for a page of projects",
      yardstick: "the check of the session",
      floor: 1,
      aim: { of: "difference", atMost: 1 },
    }),
  ];
}

function environmentOf({ accountId, middle }: Notebook) {
  return {
    ACCOUNT: accountId,
    AT: middle.at.toISOString(),
    ID: middle.id,
    AT_ONCE: String(atOnce),
  };
}
