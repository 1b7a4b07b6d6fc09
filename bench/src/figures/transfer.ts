import { setTimeout as sleep } from "node:timers/promises";
import { parcel, pictureClient, putClient, s3Port } from "../app/parcels.ts";
import { signIn } from "../app/people.ts";
import type { Client } from "../load/client.ts";
import { type Load, openLoad } from "../load/load.ts";
import type { Count, Entry } from "../measure/figure.ts";
import { memoryMb } from "../measure/process.ts";
import { perSecond, type Slice } from "../measure/slice.ts";
import { quantile } from "../measure/statistics.ts";
import { compare } from "./compare.ts";
import type { Contender } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const atOnce = 4;
const crowd = 20;
const maxMemoryMb = 64;

type Transfer = Pick<Slice, "operations" | "wallMs">;

/** What a picture of a megabyte takes on its way through the backend, beside putting it into the bucket. */
export async function transferFigures(surroundings: Surroundings): Promise<Entry[]> {
  const { raw, rawAgain, picture } = await interleave<"raw" | "rawAgain" | "picture", Transfer>(
    await open(surroundings),
    surroundings.effort.long,
  );
  const yardstick = "PUT straight to S3";
  const slices = { floor: raw, control: rawAgain };
  const unit = "pictures/s";
  const through = {
    id: "picture-rate",
    title: "picture through the backend, 1 MB, not encoded",
    unit,
    yardstick,
  };
  return [
    compare({ ...through, aim: { of: "ratio", atLeast: 0.55 } }, { ...slices, subject: picture }, perSecond),
    await memoryOfCrowd(surroundings),
  ];
}

async function open({ site, people }: Surroundings) {
  const server = await site.start("passing");
  const some = people.slice(0, atOnce);
  const sessions = await Promise.all(some.map((person) => signIn(server.port, person)));
  const clients = <Made>(make: (place: number) => Made) => some.map((_, place) => make(place));
  const { BUCKET = "" } = site.environment;
  const puts = await Promise.all(clients((place) => putClient(BUCKET, `incoming/raw-${place}`)));
  const pictures = clients((place) => pictureClient(some[place]!, sessions[place]!));
  const forget = async () => void (await site.database.query("DELETE FROM limits"));
  const through = transferring(server.port, pictures, forget);
  return {
    raw: transferring(s3Port(), puts),
    rawAgain: transferring(s3Port(), puts),
    picture: { ...through, stop: () => Promise.all([through.stop(), server.stop()]).then(() => undefined) },
  };
}

/** S3 serves all of them from one process, so that time alone is measured. */
function transferring(port: number, clients: Client[], before = async () => {}): Contender<Transfer> {
  const load: Load = openLoad(port, clients);
  return {
    async slice(forMs) {
      await before(); // limits are not what is measured
      return load.run(forMs);
    },
    stop: load.stop,
  };
}

/** How much the server grows while so many send at once; of several servers, each new. */
async function memoryOfCrowd(surroundings: Surroundings): Promise<Count> {
  const { effort } = surroundings;
  const grown: number[] = [];
  for (let round = 0; round < Math.min(effort.long.rounds, 5); round += 1)
    grown.push(await growthOfOne(surroundings));
  return {
    id: "picture-memory",
    title: `memory for ${crowd} pictures at once`,
    yardstick: "the pictures themselves",
    unit: "MB",
    value: quantile(grown, 0.5),
    floor: (crowd * parcel.length) / 1e6,
    aim: { of: "value", atMost: maxMemoryMb },
  };
}

async function growthOfOne({ site, people, effort }: Surroundings): Promise<number> {
  const server = await site.start("passing");
  const sessions = await Promise.all(people.slice(0, crowd).map((person) => signIn(server.port, person)));
  const client = (place: number) => pictureClient(people[place]!, sessions[place]!);
  const warmUp = transferring(server.port, [client(0)]);
  await warmUp.slice(effort.long.sliceMs / 4);
  await site.database.query("DELETE FROM limits");
  await sleep(200);
  const before = memoryMb(server.pid);
  const all = transferring(
    server.port,
    sessions.map((_, place) => client(place)),
  );
  await all.slice(effort.long.sliceMs);
  const after = memoryMb(server.pid, "VmHWM");
  await Promise.all([warmUp.stop(), all.stop(), server.stop()]);
  return after - before;
}
