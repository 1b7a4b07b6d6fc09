import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { statistics } from "../src/statistics.ts";
import { waitFor } from "../src/wait-for.ts";
import { type Containers, docker } from "./containers.ts";
import { type Client, newCredentials } from "./person.ts";

interface Props {
  readonly client: Client;
  readonly containers: () => Containers;
  /** Compose for this project, by what `make services` printed. */
  readonly compose: (...args: string[]) => Promise<string>;
}

const perSecond = 50;
const healthyMs = 60_000;

/** Replicas that come and go while people read their profiles. */
export function scalingTests({ client, containers, compose }: Props): void {
  const healthy = (count: number) =>
    waitFor(
      `${count} replicas are healthy`,
      async () => (await containers().healthy("profile")) === count,
      healthyMs,
    );
  const scale = (count: number) =>
    compose(
      "up",
      "--detach",
      "--no-build",
      "--no-deps",
      "--no-recreate",
      "--scale",
      `profile=${count}`,
      "profile",
    );

  test("one of three replicas is killed under load, and no request fails", async () => {
    await scale(3);
    await healthy(3);
    const load = await profileLoad(client);
    await sleep(1_000);
    const [, victim = ""] = await containers().named("profile");
    await docker("kill", victim);
    await sleep(4_000);
    const { failures, requests } = await load.stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(3 * perSecond);
    await docker("rm", "--volumes", victim);
  });

  test("replicas are replaced one after the other under load, and no request fails", async () => {
    const old = await containers().named("profile");
    const load = await profileLoad(client);
    await scale(2 * old.length);
    await healthy(2 * old.length);
    for (const name of old) {
      await docker("stop", name);
      await docker("rm", "--volumes", name);
    }
    await sleep(1_500);
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(await containers().named("profile")).toHaveLength(old.length);
  });
}

/** Requests at a fixed rate, whether or not earlier ones were answered. */
async function profileLoad({ ask, signIn }: Client) {
  const credentials = newCredentials();
  await ask("POST", "/signup", { json: credentials });
  const { access_token: token } = await signIn(credentials);
  const json = { username: "load", first_name: "", last_name: "", picture_link: "" };
  await ask("POST", "/profile", { token, json });
  const counted = statistics();
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;

  async function once(): Promise<void> {
    const askedAt = performance.now();
    const failure = await ask("GET", "/profile", { token }).then(
      ({ status, body }) => (status === 200 ? undefined : `${status} ${JSON.stringify(body)}`),
      (error: unknown) => String(error),
    );
    counted.note(performance.now() - askedAt, failure);
  }

  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedAt) / 1000) * perSecond; sent < due; sent += 1) {
      const asked: Promise<void> = once().finally(() => pending.delete(asked));
      pending.add(asked);
    }
  }, 10);

  return {
    /** Ends the load; its statistics after the last answer. */
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      return counted.result();
    },
  };
}
