import { expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { apiUser } from "../src/api-user.ts";
import { killBackend } from "../src/hosts.ts";
import { type Slowness, slowClients } from "../src/slow-clients.ts";
import { waitFor } from "../src/wait-for.ts";

interface Site {
  readonly localUrl: () => string;
  readonly frontendIp: () => string;
  readonly backendId: () => string;
}

const secondMs = 1000;

/** Slow clients and crashes. */
export function resilienceTests({ localUrl, frontendIp, backendId }: Site): void {
  test.each<[string, Partial<Record<Slowness, number>>]>([
    ["slow to send and to read", { "slow headers": 50, "slow body": 50, "slow read": 20 }],
    ["idle", { idle: 500 }],
  ])(
    "DOS-01 clients that are %s are disconnected within 15 s, and other requests stay fast",
    async (_kind, counts) => {
      const [path = ""] = /\/assets\/index-[^"]+\.js/.exec(await (await fetch(localUrl())).text()) ?? [];
      const calm = await p99(3 * secondMs);
      // Not through the published port: Docker's proxy would read on behalf of a client that does not.
      const site = { address: frontendIp(), path, patienceMs: 20 * secondMs };
      const attacks = Object.entries(counts).map(([kind, count]) =>
        slowClients({ kind: kind as Slowness, count, ...site }),
      );
      const during = await p99(8 * secondMs);
      for (const attack of attacks) expect(Math.max(...(await attack))).toBeLessThan(15 * secondMs);
      expect(during).toBeLessThan(Math.max(2 * calm, 100)); // this machine is its own neighbour
    },
  );

  test("REL-01 killed 20 times during uploads, the API loses nothing it has acknowledged", async () => {
    const api = await apiUser(localUrl());
    const acknowledged = new Set<string>();
    let uploading = true;
    const uploads = Array.from({ length: 3 }, async () => {
      while (uploading) {
        const id = await api.upload().catch(() => undefined);
        if (id) acknowledged.add(id);
      }
    });
    const backAfterMs: number[] = [];
    for (let kill = 0; kill < 20; kill += 1) {
      await sleep(1500);
      await killBackend(backendId());
      const killedAt = performance.now();
      const isUp = async () => (await fetch(`${localUrl()}/api/health`)).ok;
      await waitFor("the API is back", isUp, 20 * secondMs);
      backAfterMs.push(performance.now() - killedAt);
    }
    uploading = false;
    await Promise.all(uploads);
    expect(acknowledged.size).toBeGreaterThan(20);
    const listed = await api.ownImages();
    expect([...acknowledged].filter((id) => !listed.includes(id))).toEqual([]);
    expect(backAfterMs.toSorted((a, b) => a - b)[10]).toBeLessThan(3 * secondMs);
    for (const id of listed) await api.remove(id);
  });

  async function p99(forMs: number): Promise<number> {
    const ms: number[] = [];
    for (const end = performance.now() + forMs; performance.now() < end; await sleep(20)) {
      const startedAt = performance.now();
      expect((await fetch(`${localUrl()}/api/health`)).ok).toBe(true);
      ms.push(performance.now() - startedAt);
    }
    return ms.toSorted((a, b) => a - b)[Math.floor(ms.length * 0.99)]!;
  }
}
