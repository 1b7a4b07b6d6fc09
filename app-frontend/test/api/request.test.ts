import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { JSDOM, VirtualConsole } from "jsdom";
import { request, upload } from "../../src/api/request.ts";

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
const transfer = () => ({ onProgress: () => undefined, signal: new AbortController().signal });
const form = () => new window.FormData() as FormData;

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

describe("an upload to the API", () => {
  it("knows how long to wait from Retry-After", async () => {
    says(429, '{"code":"too_many_requests"}', { "retry-after": "45" });
    const sent = upload("/x", { method: "PUT", form: form(), accessToken: "t", ...transfer() });
    await expect(sent).rejects.toMatchObject({ message: "Too many attempts. Try again in 45 seconds." });
    expect(received.at(-1)).toBe("PUT /api/x Bearer t");
  });

  it("is not sent if it was aborted before", async () => {
    const signal = AbortSignal.abort();
    const sent = upload("/x", { method: "PUT", form: form(), ...transfer(), signal });
    await expect(sent).rejects.toMatchObject({ code: "cancelled" });
    expect(received).toEqual([]);
  });

  it("rejects as cancelled if it is aborted", async () => {
    const calledOff = new AbortController();
    answer = () => calledOff.abort();
    const sent = upload("/x", { method: "POST", form: form(), ...transfer(), signal: calledOff.signal });
    await expect(sent).rejects.toMatchObject({ code: "cancelled" });
  });

  it("is unreachable without an answer", async () => {
    answer = (req) => req.socket.destroy();
    const sent = upload("/x", { method: "POST", form: form(), ...transfer() });
    await expect(sent).rejects.toMatchObject({ code: "unreachable" });
  });
});
