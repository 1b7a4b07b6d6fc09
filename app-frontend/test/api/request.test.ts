import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { JSDOM, VirtualConsole } from "jsdom";
import { putFile, request } from "../../src/api/request.ts";

let server: Server;
let origin: string;
let answer: (req: IncomingMessage, res: ServerResponse) => void;
let received: string[];
const ownFetch = globalThis.fetch;
const { window } = new JSDOM("", { url: "http://localhost/", virtualConsole: new VirtualConsole() });

beforeEach(async () => {
  received = [];
  server = createServer((req, res) => {
    received.push(`${req.method} ${req.url} ${req.headers.authorization ?? "-"}`);
    res.setHeader("access-control-allow-origin", "*");
    res.setHeader("access-control-allow-headers", "*");
    res.setHeader("access-control-allow-methods", "*");
    res.setHeader("access-control-expose-headers", "retry-after");
    if (req.method === "OPTIONS") return void res.end();
    req.resume().once("end", () => answer(req, res));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  globalThis.fetch = (url, init) => ownFetch(`${origin}${String(url)}`, init);
  // A browser completes paths by its own origin.
  const Plain = window.XMLHttpRequest;
  const open = Plain.prototype.open;
  class Request extends Plain {
    override open(method: string, url: string): void {
      Reflect.apply(open, this, [method, url.startsWith("/") ? `${origin}${url}` : url, true]);
    }
  }
  // jsdom keeps its timer after an answer, and the process with it.
  Object.defineProperty(Request.prototype, "timeout", { set() {} });
  Object.assign(globalThis, { XMLHttpRequest: Request });
});
afterEach(async () => {
  globalThis.fetch = ownFetch;
  server.closeAllConnections();
  server.close();
});

afterAll(() => window.close());

const says = (status: number, body: string, headers: Record<string, string> = {}) => {
  answer = (_req, res) => void res.writeHead(status, headers).end(body);
};

describe("a call of the API", () => {
  it("returns the answer, and undefined for an empty one", async () => {
    says(200, '{"a":1}');
    expect(await request("/x", { accessToken: "t" })).toEqual({ a: 1 });
    says(204, "");
    expect(await request("/x", { method: "POST", json: {} })).toBeUndefined();
    expect(received).toEqual(["GET /api/x Bearer t", "POST /api/x -"]);
  });

  it("knows how long to wait from Retry-After", async () => {
    says(429, '{"code":"too_many_requests"}', { "retry-after": "90" });
    await expect(request("/x")).rejects.toMatchObject({
      code: "too_many_requests",
      status: 429,
      message: "Too many attempts. Try again in 2 minutes.",
    });
  });

  it.each([300, 404, 503])("rejects on status %i", async (status) => {
    says(status, '{"code":"not_found"}');
    await expect(request("/x")).rejects.toMatchObject({ status, code: "not_found" });
  });

  it("reports an answer that is not JSON as internal", async () => {
    says(200, "<html>");
    await expect(request("/x")).rejects.toMatchObject({ code: "internal", status: 200 });
  });

  it("is unreachable without an answer", async () => {
    answer = (req) => req.socket.destroy();
    await expect(request("/x")).rejects.toMatchObject({ code: "unreachable", status: 0 });
  });
});

describe("a call of the API that can be aborted", () => {
  const call = (signal = new AbortController().signal) =>
    request("/x", { method: "PUT", json: {}, accessToken: "t", signal });

  it("knows how long to wait from Retry-After", async () => {
    says(429, '{"code":"too_many_requests"}', { "retry-after": "45" });
    await expect(call()).rejects.toMatchObject({ message: "Too many attempts. Try again in 45 seconds." });
    expect(received.at(-1)).toBe("PUT /api/x Bearer t");
  });

  it("is not sent if it was aborted before", async () => {
    await expect(call(AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
    expect(received).toEqual([]);
  });

  it("rejects as cancelled if it is aborted", async () => {
    const calledOff = new AbortController();
    answer = () => calledOff.abort();
    await expect(call(calledOff.signal)).rejects.toMatchObject({ code: "cancelled" });
  });

  it("is unreachable without an answer", async () => {
    answer = (req) => req.socket.destroy();
    await expect(call()).rejects.toMatchObject({ code: "unreachable" });
  });

  it("is late after its own timeout", async () => {
    answer = () => undefined;
    const late = request("/x", { signal: new AbortController().signal, timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("a file for S3", () => {
  const file = () => new window.File([Uint8Array.of(1, 2, 3)], "a.png") as File;
  const put = (signal = new AbortController().signal) =>
    putFile({ url: "/1", headers: { "content-type": "image/png" } }, file(), { onProgress() {}, signal });

  it.each([200, 412])("is there on status %i", async (status) => {
    says(status, "");
    await put();
    expect(received.at(-1)).toBe("PUT /1 -");
  });

  it.each([
    [403, "<Code>SignatureDoesNotMatch</Code>", "upload_refused"],
    [400, "<Code>EntityTooLarge</Code>", "image_too_large"],
    [409, "<Code>ConditionalRequestConflict</Code>", "unavailable"],
    [503, "<Code>SlowDown</Code>", "unavailable"],
  ])("is refused on status %i with %s", async (status, body, code) => {
    says(status, body);
    await expect(put()).rejects.toMatchObject({ code });
  });

  it("is not sent if it was aborted before", async () => {
    await expect(put(AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
    expect(received).toEqual([]);
  });

  it("rejects as cancelled if it is aborted", async () => {
    const calledOff = new AbortController();
    answer = () => calledOff.abort();
    await expect(put(calledOff.signal)).rejects.toMatchObject({ code: "cancelled" });
  });

  it("is unreachable without an answer", async () => {
    answer = (req) => req.socket.destroy();
    await expect(put()).rejects.toMatchObject({ code: "unreachable" });
  });
});
