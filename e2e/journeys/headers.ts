import { expect, test } from "@jest/globals";
import type { IncomingHttpHeaders } from "node:http";
import type { Answered, Asked } from "../src/site.ts";

export interface Site {
  /** Named in titles. */
  readonly by: string;
  /** Whether browsers come by HTTPS only. */
  readonly tls: boolean;
  ask(path: string, asked?: Asked): Promise<Answered>;
  /** A person who has an account. */
  person(): { readonly email: string; readonly password: string };
}

const json = { "content-type": "application/json" };
const pages = [
  "/",
  "/create",
  "/confirm",
  "/signin",
  "/forgot",
  "/reset",
  "/account",
  "/gallery",
  "/nowhere",
];

/** Every route of the page and of the API, and every error that can be had from outside. */
export function headerTests(site: Site): void {
  const { by } = site;

  test(`WEB-13 by ${by} the site sends security headers, and little about itself`, async () => {
    const page = await site.ask("/");
    const asset = /\/assets\/[^"]+\.js/.exec(page.text)?.[0];
    expect(asset).toBeDefined();
    const script = await site.ask(asset!, { headers: { "accept-encoding": "gzip" } });
    const health = await site.ask("/api/health");
    for (const { status, headers } of [page, script, health]) {
      expect(status).toBe(200);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(withoutS3(headers)).not.toMatch(/\d/);
      expect(headers["x-powered-by"]).toBeUndefined();
    }
    const policy = page.headers["content-security-policy"];
    expect(policy).toMatch(/(^|; *)default-src /);
    expect(policy).toMatch(/(^|; *)frame-ancestors /);
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
    expect(page.headers["cache-control"]).toContain("no-cache");
    expect(script.headers["cache-control"]).toContain("immutable");
    expect(script.headers["content-encoding"]).toBe("gzip");
  });

  test(`WEB-03 by ${by} every page and file has every security header`, async () => {
    const { text } = await site.ask("/");
    const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
    expect(files.length).toBeGreaterThan(1);
    for (const path of [...pages, ...files, "/assets/none.js", "/.well-known/acme-challenge/none"]) {
      const { status, headers } = await site.ask(path);
      expect([path, status]).toEqual([path, path.endsWith("/none.js") ? 404 : expect.any(Number)]);
      expect([path, headerFaults(headers, site.tls)]).toEqual([path, []]);
    }
  });

  test(`WEB-03 by ${by} every route of the API has them for every caller, and responses are not cached`, async () => {
    const asked = [...(await operations()), ...errors];
    expect(asked.length).toBeGreaterThan(25);
    const authorization = `Bearer ${await accessToken()}`;
    for (const { path, method, headers, body } of asked) {
      for (const who of [undefined, { authorization }]) {
        const answer = await site.ask(path, {
          method,
          headers: { ...headers, ...who },
          ...(body && { body }),
        });
        const about = `${method} ${path} ${answer.status}`;
        expect([about, headerFaults(answer.headers, site.tls)]).toEqual([about, []]);
        expect([about, answer.headers["cache-control"]]).toEqual([about, "no-store"]);
      }
    }
  });

  /** Every operation of the OpenAPI document, as a naive caller would send it. */
  async function operations(): Promise<Request[]> {
    const described = JSON.parse((await site.ask("/api/openapi.json")).text) as Described;
    return Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => `${method} ${path}` !== "delete /auth/signout")
        .map((method) => {
          const sends = ["post", "patch", "put"].includes(method);
          const to = `/api${path.replace(/\{\w+}/g, "none")}`;
          return { method: method.toUpperCase(), path: to, headers: json, ...(sends && { body: "{}" }) };
        }),
    );
  }

  async function accessToken(): Promise<string> {
    const body = JSON.stringify(site.person());
    const { text } = await site.ask("/api/auth/signin", { method: "POST", headers: json, body });
    return (JSON.parse(text) as { accessToken: string }).accessToken;
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

interface Described {
  readonly paths: Record<string, Record<string, object>>;
}

/** Errors that the document does not list: of the API, and of the proxy in front of it. */
const errors: Request[] = [
  { method: "GET", path: "/api/nowhere", headers: {} },
  { method: "POST", path: "/api/auth/signin", headers: json, body: "{" },
  { method: "POST", path: "/api/auth/refresh", headers: { origin: "https://evil.example" } },
  { method: "GET", path: "/api/images?limit=-1", headers: {} },
  { method: "POST", path: "/api/auth/register", headers: { "content-length": "99999999" } },
];

/** What a server calls itself; the name that every bucket has is no version. */
const withoutS3 = ({ server }: IncomingHttpHeaders) => String(server ?? "").replace("AmazonS3", "");

/** Headers that are missing from a response, or should not be there. */
export function headerFaults(headers: IncomingHttpHeaders, tls: boolean): string[] {
  const policy = String(headers["content-security-policy"]);
  const transport = headers["strict-transport-security"];
  const seconds = Number(/max-age=(\d+)/.exec(transport ?? "")?.[1]);
  const right = {
    "content-security-policy": /default-src 'none'.*frame-ancestors 'none'/.test(policy),
    "no unsafe source": !policy.includes("unsafe"),
    "x-content-type-options": headers["x-content-type-options"] === "nosniff",
    "referrer-policy": headers["referrer-policy"] === "same-origin",
    "cross-origin-resource-policy": headers["cross-origin-resource-policy"] === "same-origin",
    "cross-origin-opener-policy": headers["cross-origin-opener-policy"] === (tls ? "same-origin" : undefined),
    "strict-transport-security": tls ? seconds >= 31_536_000 : transport === undefined,
    "no version": !/\d/.test(withoutS3(headers)) && headers["x-powered-by"] === undefined,
  };
  return Object.entries(right).flatMap(([name, well]) => (well ? [] : [name]));
}
