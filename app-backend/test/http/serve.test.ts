import { once } from "node:events";
import { Agent, get, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { serve, stop } from "../../src/http/serve.ts";

const slow: RequestListener = (_req, res) => void sleep(300).then(() => res.end("done"));

describe("stopping", () => {
  test("lets a request under way finish, then refuses new ones", async () => {
    const { server, url } = await started(slow);
    const answer = fetch(url).then((response) => response.text());
    await once(server, "request");
    await stop(server, 5_000);
    expect(await answer).toBe("done");
    await expect(fetch(url)).rejects.toThrow();
  });

  test("does not wait for connections that are merely kept alive", async () => {
    const { server, url } = await started((_req, res) => res.end());
    const agent = new Agent({ keepAlive: true });
    const [response] = (await once(get(url, { agent }), "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    const startedAt = performance.now();
    await stop(server, 5_000);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    agent.destroy();
  });

  test("cuts off what takes longer than its patience", async () => {
    const { server, url } = await started(() => undefined);
    const answer = expect(fetch(url)).rejects.toThrow();
    await once(server, "request");
    await stop(server, 100);
    await answer;
  });
});

async function started(listener: RequestListener) {
  const server = await serve(listener, { port: 0 });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
