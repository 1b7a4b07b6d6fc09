import { once } from "node:events";
import { Agent, type IncomingMessage, request, type RequestListener, type RequestOptions } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { serve, stop } from "../../src/process/serve.ts";

const slow: RequestListener = (_req, res) => void sleep(300).then(() => res.end("done"));

describe("stopping", () => {
  test("REL-10 lets a request in progress finish, then refuses new ones", async () => {
    const { server, url } = await started(slow);
    const answer = fetch(url).then((response) => response.text());
    await once(server, "request");
    await stop(server, 5_000);
    expect(await answer).toBe("done");
    await expect(fetch(url)).rejects.toThrow();
  });

  test("REL-10 closes no idle connection of the proxy: the response to its next request closes it", async () => {
    const { server, url } = await started((_req, res) => res.end("done"));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await answerTo(url, { agent })).headers.connection).toBe("keep-alive");
    const stopped = stop(server, 5_000);
    expect((await answerTo(url, { agent })).headers.connection).toBe("close");
    await stopped;
    agent.destroy();
  });

  test("waits 1 s for the proxy to close idle connections", async () => {
    const { server, url } = await started((_req, res) => res.end());
    const agent = new Agent({ keepAlive: true });
    await answerTo(url, { agent });
    const stoppedAt = performance.now();
    await stop(server, 5_000);
    expect(performance.now() - stoppedAt).toBeGreaterThan(900);
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    agent.destroy();
  });

  test("does not close while a body is received, which would lose the response that refuses it", async () => {
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

  test("closes connections that take longer than the grace period", async () => {
    const { server, url } = await started(() => undefined);
    const answer = expect(fetch(url)).rejects.toThrow();
    await once(server, "request");
    await stop(server, 100);
    await answer;
  });
});

async function started(listener: RequestListener) {
  const server = await serve(listener, { port: 0 });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}` };
}

/** The response, read to its end. */
async function answerTo(url: string, options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  const sent = request(url, options);
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return answer;
}

describe("USE-29 what Node cannot read as HTTP", () => {
  const get = "GET / HTTP/1.1\r\nHost: a\r\n";
  test.each([
    ["a header with a control character", `${get}X-A: \u0001\r\n\r\n`, 400, "malformed_request"],
    ["no HTTP", "hello\r\n\r\n", 400, "malformed_request"],
    ["an unknown method", "JUMP / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_request"],
    ["headers of 64 KiB", `${get}${`X-A: ${"a".repeat(8_000)}\r\n`.repeat(8)}\r\n`, 431, "headers_too_large"],
  ])(
    "%s is answered with the headers of an API and a problem document",
    async (_what, bytes, status, code) => {
      const { server, port } = await started((_req, res) => res.end("done"));
      const answer = await answerToBytes(port, bytes);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} \\w`));
      expect(answer).toContain("\r\ncontent-security-policy: default-src 'none'");
      expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ status, code });
      await stop(server, 1_000);
    },
  );

  test("is answered on a connection that was used before", async () => {
    const { server, port } = await started((_req, res) => res.end("done"));
    const answer = await answerToBytes(port, `${get}\r\n`, "hello\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 200 .*done.*HTTP\/1.1 400 .*malformed_request/s);
    await stop(server, 1_000);
  });

  test("adds nothing to a response in progress", async () => {
    const { server, port } = await started((_req, res) => void res.writeHead(200).write("half"));
    const answer = await answerToBytes(port, `${get}\r\n`, "hello\r\n\r\n");
    expect(answer).toContain("half");
    expect(answer).not.toContain("malformed_request");
    await stop(server, 100);
  });
});

/** The reply to some bytes and, after a first reply, to some more. */
async function answerToBytes(port: number, first: string, second?: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(first);
  if (second !== undefined) socket.once("data", () => socket.write(second));
  return text(socket);
}
