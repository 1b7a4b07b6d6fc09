import { once } from "node:events";
import { Agent, type IncomingMessage, request, type RequestListener, type RequestOptions } from "node:http";
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

  test("closes no connection that the proxy keeps: the answer to its next request says that it was the last", async () => {
    const { server, url } = await started((_req, res) => res.end("done"));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await answerTo(url, { agent })).headers.connection).toBe("keep-alive");
    const stopped = stop(server, 5_000);
    expect((await answerTo(url, { agent })).headers.connection).toBe("close");
    await stopped;
    agent.destroy();
  });

  test("waits 1 s for the proxy to close what it keeps and does not use", async () => {
    const { server, url } = await started((_req, res) => res.end());
    const agent = new Agent({ keepAlive: true });
    await answerTo(url, { agent });
    const stoppedAt = performance.now();
    await stop(server, 5_000);
    expect(performance.now() - stoppedAt).toBeGreaterThan(900);
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    agent.destroy();
  });

  test("does not close under a body that still comes in, which would lose the answer that refuses it", async () => {
    const { server, url } = await started((_req, res) => void res.writeHead(401).end());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await answerTo(url, { agent });
    const stopped = stop(server, 5_000);
    const body = Buffer.alloc(8 * 2 ** 20);
    const refused = await answerTo(
      url,
      { agent, method: "PUT", headers: { "content-length": body.length } },
      body,
    );
    expect([refused.statusCode, refused.headers.connection]).toEqual([401, "keep-alive"]);
    agent.destroy();
    await stopped;
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

/** The answer, read to its end. */
async function answerTo(url: string, options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  const sent = request(url, options);
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return answer;
}
