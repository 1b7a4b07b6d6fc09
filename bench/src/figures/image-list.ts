import { cursorOf } from "../../../app-backend/src/http/contract/cursor.ts";
import { fillGallery } from "../app/gallery.ts";
import { type Person, readerClient, registerPeople, signIn } from "../app/people.ts";
import { openSite, type Site } from "../app/site.ts";
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
const sizes = { small: 1_000, usual: 100_000, large: 1_000_000 };

/** What a page of 20 images costs beside its query, and whether it stays the same when there are many. */
export async function imageListFigures(surroundings: Surroundings): Promise<Entry[]> {
  const { effort, logs } = surroundings;
  const galleries: Gallery[] = [];
  try {
    for (const rows of Object.values(sizes)) galleries.push(await openGallery(logs, rows));
    const [small, usual, large] = galleries as [Gallery, Gallery, Gallery];
    const { raw, rawAgain, few, fewAgain, some, many } = await interleave(
      {
        raw: usual.query(),
        rawAgain: usual.query(),
        few: await small.list(),
        fewAgain: await small.list(),
        some: await usual.list(),
        many: await large.list(),
      },
      effort.short,
    );
    const page = { title: "page of 20 images with their URLs, of 100,000", yardstick: "its query alone" };
    const flat = { title: "page of 20 images, of 1,000,000", yardstick: "the same of 1,000" };
    const beside = { subject: some, floor: raw, control: rawAgain };
    const grown = { subject: many, floor: few, control: fewAgain };
    return [
      compare(
        { id: "list-rate", ...page, unit: "pages/s", aim: { of: "ratio", atLeast: 0.25 } },
        beside,
        perSecond,
      ),
      compare({ id: "list-cpu", ...page, unit: "µs CPU" }, beside, cpuPerOperation),
      compare(
        { id: "list-flat", ...flat, unit: "pages/s", aim: { of: "ratio", atLeast: 0.9 } },
        grown,
        perSecond,
      ),
      await countOfList({ ...surroundings, site: small.site }, small.reader),
    ];
  } finally {
    for (const { site } of galleries) await site.close();
  }
}

interface Gallery {
  readonly site: Site;
  reader(server: Server): Promise<Client>;
  list(): Promise<ReturnType<typeof underLoad>>;
  query(): ReturnType<typeof looping>;
}

/** A site of its own, whose database holds so many images. */
async function openGallery(logs: string, rows: number): Promise<Gallery> {
  const site = await openSite(logs);
  const first = await site.start();
  const [person] = (await registerPeople(first.port, 1)) as [Person];
  await first.stop();
  const middle = await fillGallery(site.database, rows);
  const path = `/api/images?limit=20&cursor=${cursorOf(middle)}`;
  const reader = async (server: Server) => readerClient(person, await signIn(server.port, person), path);
  const raw = { AT: middle.at.toISOString(), ID: middle.id, AT_ONCE: String(atOnce) };
  return {
    site,
    reader,
    async list() {
      const server = await site.start();
      return underLoad(server, Array<Client>(atOnce).fill(await reader(server)));
    },
    query: () => looping("list-query", { ...site.environment, ...raw }),
  };
}

function countOfList(surroundings: Surroundings, reader: Gallery["reader"]): Promise<Count> {
  return countStatements(surroundings, reader, {
    id: "list-queries",
    title: "round trips to the database for a page of images",
    yardstick: "the check of the session",
    floor: 1,
    aim: { of: "difference", atMost: 1 },
  });
}
