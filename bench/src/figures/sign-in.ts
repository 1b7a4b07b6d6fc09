import type { RowDataPacket } from "mysql2/promise";
import { password, signInClient } from "../app/people.ts";
import type { Count, Entry } from "../measure/figure.ts";
import { cpuPerOperation, perSecond } from "../measure/slice.ts";
import { compare } from "./compare.ts";
import { looping, probed, startFloor, underLoad } from "./contenders.ts";
import { countStatements } from "./count-statements.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

export const atOnce = 64;

/** How near signing in comes to hashing alone, and whether the server stays open to others meanwhile. */
export async function signInFigures(surroundings: Surroundings): Promise<Entry[]> {
  const slices = await interleave(await open(surroundings), surroundings.effort.long);
  const signIn = { title: `sign-in, ${atOnce} at once`, yardstick: "argon2id alone, same parameters" };
  const health = { title: "GET /api/health meanwhile, p99", yardstick: "bare node:http beside argon2id" };
  const rate = compare(
    { id: "signin-rate", ...signIn, unit: "sign-ins/s", aim: { of: "ratio", atLeast: 0.85 } },
    slices,
    perSecond,
  );
  const p99 = compare(
    { id: "health-p99", ...health, unit: "ms", aim: { of: "value", atMost: 50 } },
    slices,
    (slice) => slice.p99Ms,
  );
  return [
    rate,
    compare({ id: "signin-cpu", ...signIn, unit: "µs CPU" }, slices, cpuPerOperation),
    // The slowest hundredth differs widely between equals. Their rates show whether the slices were fair.
    { ...p99, control: rate.control },
    await countOfSignIn(surroundings),
  ];
}

function countOfSignIn(surroundings: Surroundings): Promise<Count> {
  return countStatements(surroundings, () => signInClient(surroundings.people[0]!), {
    id: "signin-queries",
    title: "round trips to the database in a sign-in",
    yardstick: "the account and its new session",
    floor: 2,
  });
}

async function open({ site, people, logs }: Surroundings) {
  const server = await site.start();
  const hash = await storedHash(site);
  const alone = async () =>
    probed(
      looping("argon2", { HASH: hash, PASSWORD: password, AT_ONCE: String(atOnce) }),
      await startFloor("bare-http", logs),
      "/",
    );
  return {
    subject: probed(underLoad(server, people.slice(0, atOnce).map(signInClient)), server, "/api/health"),
    floor: await alone(),
    control: await alone(),
  };
}

async function storedHash({ database }: Surroundings["site"]): Promise<string> {
  const [rows] = await database.query<RowDataPacket[]>("SELECT password_hash FROM accounts LIMIT 1");
  return String(rows[0]?.["password_hash"]);
}
