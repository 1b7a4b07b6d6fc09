import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type ProviderConfig,
  openidSignInProviders,
} from "../../../src/adapters/openid/sign-in-providers.ts";
import { eventually } from "../../eventually.ts";
import {
  clientId,
  clientSecret,
  type Person,
  startProvider,
  type TestProvider,
} from "../../test-provider.ts";

let provider: TestProvider;
const metadataPath = "/.well-known/openid-configuration";

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());
afterEach(() => {
  for (const path of [metadataPath, "/token", "/keys", "/userinfo"]) provider.fail(path);
  provider.asked.length = 0;
});

interface Timing {
  readonly nowMs?: () => number;
  /** For a provider that hangs. Any other has so long that a busy machine is no fault. */
  readonly timeoutMs?: number;
}

function opened(changes: Partial<ProviderConfig> = {}, { timeoutMs = 20_000, ...timing }: Timing = {}) {
  const config = {
    ...{ id: "test", name: "Test", issuer: provider.issuer, trustsFactor: false },
    ...{ clientId, clientSecret },
    ...changes,
  };
  const redirectUri = (id: string) => `https://site.example/api/auth/oidc/${id}/callback`;
  return openidSignInProviders({ providers: [config], redirectUri, timeoutMs, ...timing });
}

type Opened = ReturnType<typeof opened>;
const newPerson = (): Person => ({ sub: randomUUID(), email: "ada@example.org", email_verified: true });

/** Begins a flow and has the person sign in there; the rest is the flow's to finish. */
async function answered(providers: Opened, person = newPerson(), finishing = providers) {
  const { url, ...secrets } = await providers.start("test");
  const { search } = provider.signIn(url, person);
  const flow = {
    provider: "test",
    issuer: provider.issuer,
    ...secrets,
    caller: undefined,
    next: "/",
    startedAt: new Date(),
  };
  return { person, finish: () => finishing.finish(flow, search) };
}

test("IDP-01 what a provider has proven is issuer, subject and address", async () => {
  const { person, finish } = await answered(opened());
  expect(await finish()).toEqual({
    issuer: provider.issuer,
    subject: person.sub,
    email: "ada@example.org",
    emailVerified: true,
    authenticatedAt: undefined,
  });
});

test("IDP-01 a provider is asked for nothing before a person chooses it, and then for each thing once", async () => {
  const providers = opened();
  expect(provider.asked).toEqual([]);
  await Promise.all([providers.start("test"), providers.start("test")]);
  expect(provider.asked).toEqual([metadataPath]);
  const { finish } = await answered(providers);
  await finish();
  expect(provider.asked).toEqual([metadataPath, "/token", "/keys"]);
});

describe("IDP-08 a provider that is away", () => {
  const away: [string, Parameters<TestProvider["fail"]>[1]][] = [
    ["hangs", () => {}],
    [
      "stops halfway",
      (_request, response) => void response.writeHead(200, { "content-type": "application/json" }).write("{"),
    ],
    ["closes the connection", (request) => void request.socket.destroy()],
    ["has an error", (_request, response) => void response.writeHead(500).end()],
    [
      "redirects",
      (_request, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    ],
    [
      "sends HTML",
      (_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
    ],
    [
      "never ends",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" }).write('{"a":"');
        const more = () =>
          void (!response.destroyed && response.write("a".repeat(100_000), () => setImmediate(more)));
        more();
      },
    ],
    [
      "is another issuer",
      (_request, response) => {
        const metadata = { ...provider.metadata, issuer: `${provider.issuer}/` };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
      },
    ],
  ];

  const short = (name: string): Timing =>
    name === "hangs" || name === "stops halfway" ? { timeoutMs: 800 } : {};

  test.each(away)("and %s is reported in time, and used again when it is back", async (name, fault) => {
    const providers = opened({}, short(name));
    provider.fail(metadataPath, fault);
    const startedAt = performance.now();
    const refused = await providers.start("test").catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "unavailable", message: expect.stringMatching(/^provider test/) });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    provider.fail(metadataPath);
    const started = () =>
      providers.start("test").then(
        () => true,
        () => false,
      );
    await eventually(started); // a busy machine may be late, too
  });

  test.each(["/token", "/keys", "/userinfo"])("while the person comes back, at %s", async (path) => {
    const providers = opened();
    const person = { ...newPerson(), email: path === "/userinfo" ? undefined : "a@b.example" };
    for (const [name, fault] of away.slice(path === "/token" ? 0 : 1, 6)) {
      const { finish } = await answered(providers, person, opened({}, short(name)));
      provider.fail(path, fault);
      const refused = await finish().catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "unavailable" });
      expect(String(refused)).not.toContain("eyJ");
      expect((refused as Error).cause).toBeUndefined();
      provider.fail(path);
    }
  });
});

describe("IDP-13 a provider that has changed", () => {
  test("its keys, between two sign-ins, is used with the new ones", async () => {
    const providers = opened();
    await (await answered(providers)).finish();
    provider.rotateKeys();
    provider.asked.length = 0;
    expect(await (await answered(providers)).finish()).toMatchObject({ issuer: provider.issuer });
    expect(provider.asked).toEqual(["/token", "/keys"]);
  });

  test("its issuer, by the settings, ends the flows of before", async () => {
    const providers = opened();
    const { url, ...secrets } = await providers.start("test");
    const { search } = provider.signIn(url, newPerson());
    const flow = {
      provider: "test",
      issuer: "https://before.example",
      ...secrets,
      caller: undefined,
      next: "/",
      startedAt: new Date(),
    };
    await expect(providers.finish(flow, search)).rejects.toMatchObject({ code: "flow_ended" });
    const slash = opened({ issuer: `${provider.issuer}/` });
    await expect(slash.start("test")).rejects.toMatchObject({ code: "unavailable" });
  });

  test("or does not know our secret, is named to the operator", async () => {
    const { finish } = await answered(opened({ clientSecret: "another" }));
    await expect(finish()).rejects.toMatchObject({
      code: "unavailable",
      message: "provider test: invalid_client",
    });
  });

  test("the person, between token and address, is refused", async () => {
    const { finish } = await answered(opened(), { sub: randomUUID() });
    provider.fail("/userinfo", (_request, response) => {
      const stranger = JSON.stringify({ sub: "another", email: "ada@example.org", email_verified: true });
      response.writeHead(200, { "content-type": "application/json" }).end(stranger);
    });
    await expect(finish()).rejects.toMatchObject({ code: "provider_refused" });
  });

  test("what it states of itself is asked for again after ten minutes", async () => {
    let nowMs = 0;
    const providers = opened({}, { nowMs: () => nowMs });
    await providers.start("test");
    nowMs = 9 * 60_000;
    await providers.start("test");
    expect(provider.asked).toEqual([metadataPath]);
    nowMs = 11 * 60_000;
    await providers.start("test");
    expect(provider.asked).toEqual([metadataPath, metadataPath]);
  });
});

describe("IDP-12 a new sign-in", () => {
  test.each([
    [undefined, "login"],
    [["none", "login"], "login"],
    [["none", "select_account"], null],
  ])("is asked for where prompts are %j", async (listed, prompt) => {
    provider.fail(metadataPath, (_request, response) => {
      const metadata = { ...provider.metadata, prompt_values_supported: listed };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
    });
    const { searchParams } = new URL((await opened().start("test", { again: true })).url);
    expect([searchParams.get("max_age"), searchParams.get("prompt")]).toEqual(["0", prompt]);
  });

  test("is dated by the provider", async () => {
    const { finish } = await answered(opened());
    provider.forge({ claims: { auth_time: 1_800_000_000 } });
    expect((await finish())?.authenticatedAt).toEqual(new Date(1_800_000_000_000));
    provider.forge({});
  });
});

test("an unknown provider is not found, and a person who declines proves nothing", async () => {
  const providers = opened();
  await expect(providers.start("another")).rejects.toMatchObject({ code: "not_found" });
  const { url, ...secrets } = await providers.start("test");
  const { searchParams } = provider.signIn(url, newPerson());
  searchParams.delete("code");
  searchParams.set("error", "access_denied");
  const flow = {
    provider: "test",
    issuer: provider.issuer,
    ...secrets,
    caller: undefined,
    next: "/",
    startedAt: new Date(),
  };
  expect(await providers.finish(flow, `?${searchParams}`)).toBeUndefined();
});
