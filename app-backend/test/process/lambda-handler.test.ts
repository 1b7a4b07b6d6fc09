import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import express, { type Express, type Request, type RequestHandler } from "express";
import pino from "pino";
import { backgroundWork } from "../../src/compose/background-work.ts";
import { AppError } from "../../src/domain/app-error.ts";
import { clientOf } from "../../src/http/client.ts";
import { requireEdgeProof } from "../../src/http/edge-proof.ts";
import { onError } from "../../src/http/on-error.ts";
import { limitRequests, requesterOf } from "../../src/http/requester.ts";
import { type RequestLine, requestLog } from "../../src/http/request-log.ts";
import { lambdaHandler } from "../../src/process/lambda-handler.ts";
import { type HttpAnswer, httpEvent, type Sent, viewerAddress } from "../lambda-event.ts";

const silent = pino({ level: "silent" });
let ids = 0;

/** The handler over the middleware of the API, and these routes. */
function serve(add: (app: Express) => void, drain = async () => {}) {
  const lines: RequestLine[] = [];
  const app = express();
  app.use(
    requestLog(
      silent,
      () => `request ${(ids += 1)}`,
      (line) => lines.push(line),
    ),
    limitRequests(),
  );
  app.use(express.json());
  add(app);
  app.use(onError(silent));
  const handler = lambdaHandler(async () => served);
  const served = { app, drain };
  const send = async (sent: Sent) => (await handler(httpEvent(sent), {})) as HttpAnswer;
  return { handler, lines, send };
}

const answering =
  (answer: (req: Request) => unknown): RequestHandler =>
  (req, res) =>
    void res.json(answer(req));

describe("a handler of an HTTP API", () => {
  test("takes two parameters, as Lambda demands", () => {
    expect(lambdaHandler(async () => ({ app: express(), drain: async () => {} }))).toHaveLength(2);
  });

  test("the client's address is the viewer's, whatever the viewer claims", async () => {
    const { send } = serve((app) => app.get("/api/ip", answering(clientOf)));
    // However many addresses the gateway adds: the edge's, none, or its own in place of all.
    const seen = [`10.9.9.9, ${viewerAddress}, 130.176.1.1`, `10.9.9.9, ${viewerAddress}`, "130.176.1.1"];
    for (const headers of [{}, ...seen.map((addresses) => ({ "x-forwarded-for": addresses }))])
      expect(JSON.parse((await send({ path: "/api/ip", headers })).body)).toMatchObject({
        address: viewerAddress,
      });
  });

  test("SLS-49 a request without the edge's proof is refused before anything else", async () => {
    const [latest, former] = ["n".repeat(64), "f".repeat(64)];
    let reached = 0;
    const { send } = serve((app) => {
      app.use(requireEdgeProof([Buffer.from(latest), Buffer.from(former)]));
      app.get(
        "/api/a",
        answering(() => (reached += 1)),
      );
    });
    const statusOf = async (proof?: string) =>
      (await send({ path: "/api/a", headers: proof === undefined ? {} : { "edge-proof": proof } }))
        .statusCode;
    for (const wrong of [undefined, "", "n", `${latest}n`, `${former}, ${latest}`, "é".repeat(32)])
      expect(await statusOf(wrong)).toBe(403);
    expect(reached).toBe(0);
    for (const proof of [latest, former]) expect(await statusOf(proof)).toBe(200);
  });

  test("SLS-27 all work is done when it resolves", async () => {
    const done: string[] = [];
    const { afterAnswer, drain } = backgroundWork(() => done.push("failed"));
    const { send } = serve(
      (app) =>
        app.post("/api/mail", (_req, res) => {
          afterAnswer(async () => {
            await sleep(30);
            done.push("mailed");
          });
          afterAnswer(async () => {
            await sleep(10);
            throw new Error("mail was refused");
          });
          res.status(204).end();
        }),
      drain,
    );
    expect((await send({ method: "POST", path: "/api/mail" })).statusCode).toBe(204);
    expect(done).toEqual(["failed", "mailed"]);
    await sleep(50);
    expect(done).toHaveLength(2);
  });

  test("SLS-30 50 requests and 5 that throw are one line each, and none is taken for aborted", async () => {
    const { send, lines } = serve((app) => {
      app.get(
        "/api/fine",
        answering((req) => ({ aborted: requesterOf(req).signal.aborted })),
      );
      app.get("/api/bug", () => {
        throw new Error("bug");
      });
    });
    const paths = Array.from({ length: 55 }, (_, index) => (index % 11 === 10 ? "/api/bug" : "/api/fine"));
    for (const path of paths) await send({ path });
    expect(lines.map(({ status }) => status)).toEqual(
      paths.map((path) => (path.endsWith("bug") ? 500 : 200)),
    );
    expect(lines.filter((line) => "aborted" in line)).toEqual([]);
  });

  test("the signal of a request is not aborted while it is answered, nor after it", async () => {
    const signals: AbortSignal[] = [];
    const { send } = serve((app) =>
      app.get("/api/slow", async (req, res) => {
        const { signal } = requesterOf(req);
        signals.push(signal);
        await sleep(20);
        res.json({ aborted: signal.aborted });
      }),
    );
    expect((await send({ path: "/api/slow" })).body).toBe('{"aborted":false}');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  // The gateway has decoded the path once.
  test.each([
    ["/api/images/a?b", "a?b"],
    ["/api/images/a#b", "a#b"],
    ["/api/images/%23", "#"],
    ["/api/images/a%2Fb", "a/b"],
  ])("SLS-32 the path %j injects no parameter", async (rawPath, id) => {
    const echo = answering(({ params, query }) => ({ params, query }));
    const { handler } = serve((app) => app.get("/api/images/:id", echo));
    const event = { ...httpEvent({ path: "" }), rawPath, rawQueryString: "limit=1&limit=2" };
    const answer = (await handler(event, {})) as HttpAnswer;
    expect(JSON.parse(answer.body)).toEqual({ params: { id }, query: { limit: ["1", "2"] } });
  });

  test.each(["/api/%", "//api/fine", "/API/nothing", "/api", "/api/images/.."])(
    "SLS-32 %s is 400 or 404, and no bug",
    async (path) => {
      const { send, lines } = serve((app) => {
        app.set("case sensitive routing", true);
        app.get(
          "/api/fine/:id",
          answering(() => ({})),
        );
        app.use(() => {
          throw new AppError("not_found", "no such route");
        });
      });
      expect([400, 404]).toContain((await send({ path })).statusCode);
      expect(lines).toHaveLength(1);
    },
  );

  test("SLS-33 cookies arrive apart, and are set with all attributes", async () => {
    const { send } = serve((app) =>
      app.post("/api/cookies", (req, res) => {
        if (req.query["count"] !== "0") res.cookie("one", "1", { httpOnly: true, path: "/" });
        if (req.query["count"] === "2") res.cookie("two", "a,b", { secure: true, sameSite: "strict" });
        res.json({ cookie: req.headers.cookie, body: req.body ?? null });
      }),
    );
    const cookies = ["a=1", "b=2,3", "c=4"];
    const both = await send({ method: "POST", path: "/api/cookies?count=2", cookies });
    expect(JSON.parse(both.body).cookie).toBe("a=1; b=2,3; c=4");
    expect(both.cookies).toEqual(["one=1; Path=/; HttpOnly", "two=a%2Cb; Path=/; Secure; SameSite=Strict"]);
    const one = await send({ method: "POST", path: "/api/cookies?count=1" });
    expect(one.cookies).toEqual(["one=1; Path=/; HttpOnly"]);
    for (const { headers } of [both, one]) expect(Object.keys(headers)).not.toContain("set-cookie");
    expect((await send({ method: "POST", path: "/api/cookies?count=0" })).cookies).toEqual([]);
  });

  test("a body is what a parser made of it, or nothing", async () => {
    const { send } = serve((app) =>
      app.post(
        "/api/body",
        answering((req) => ({ body: req.body ?? null })),
      ),
    );
    const json = { "content-type": "application/json" };
    const post = async (sent: Omit<Sent, "path">) =>
      JSON.parse((await send({ method: "POST", path: "/api/body", ...sent })).body).body;
    expect(await post({ headers: json, body: '{"a":"漢"}' })).toEqual({ a: "漢" });
    expect(await post({ headers: json, body: Buffer.from('{"a":"漢"}') })).toEqual({ a: "漢" });
    expect(await post({ headers: { "content-type": "text/plain" }, body: '{"a":1}' })).toBeNull();
    expect(await post({})).toBeNull();
    expect((await send({ method: "POST", path: "/api/body", headers: json, body: "{" })).statusCode).toBe(
      400,
    );
  });

  test("SLS-38 of requests in turn none sees another's, in any field", async () => {
    const { send, lines } = serve((app) =>
      app.post("/api/echo", (req, res) => {
        if (req.headers["x-fail"]) throw new AppError("unavailable", "for the test");
        res.locals["accountId"] = req.headers["x-who"];
        res.cookie("who", String(req.headers["x-who"])).json({ body: req.body, ...clientOf(req) });
      }),
    );
    for (let index = 0; index < 1_000; index += 1) {
      const who = index % 2 === 0 ? "ada" : "babbage";
      const headers = {
        "content-type": "application/json",
        "x-who": who,
        "user-agent": `agent of ${who}`,
        ...(index % 7 === 0 && { "x-fail": "yes" }),
      };
      const answer = await send({
        method: "POST",
        path: "/api/echo",
        headers,
        body: JSON.stringify({ who }),
      });
      const text = JSON.stringify([answer, lines.at(-1)]);
      expect(text).not.toContain(who === "ada" ? "babbage" : "ada");
      expect(answer.statusCode).toBe(index % 7 === 0 ? 503 : 200);
    }
    expect(lines).toHaveLength(1_000);
  });

  test("another application answers from the next event on", async () => {
    const appWith = (text: string) => express().get("/", (_req, res) => void res.json(text));
    let app = appWith("first");
    const handler = lambdaHandler(async () => ({ app, drain: async () => {} }));
    const ask = async () => ((await handler(httpEvent({ path: "/" }), {})) as HttpAnswer).body;
    expect(await ask()).toBe('"first"');
    app = appWith("second");
    expect(await ask()).toBe('"second"');
  });
});
