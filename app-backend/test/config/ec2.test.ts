import { describe, expect, test } from "@jest/globals";
import { backupConfig, databaseConfig, serverConfig } from "../../src/config/ec2.ts";
import { operations } from "../../src/http/contract/operations.ts";
import { providerOperations } from "../../src/http/contract/providers.ts";
import { goodEnvironment, newSecret } from "../environment.ts";

describe("the environment", () => {
  test("has defaults for what may be left out", () => {
    const { PORT: _, ...environment } = goodEnvironment();
    expect(serverConfig(environment)).toMatchObject({
      place: { port: 3000 },
      release: "dev",
      database: { port: 3306 },
    });
  });

  test("FAC-01 has no facade, one for pages of the site, or one for those of an origin too", () => {
    const facadeOf = (NOTESTAMP?: string) =>
      serverConfig({ ...goodEnvironment(), ...(NOTESTAMP !== undefined && { NOTESTAMP }) }).notestamp;
    expect([facadeOf(), facadeOf("off")]).toEqual([undefined, undefined]);
    expect(facadeOf("on")).toEqual({ clientOrigin: undefined });
    expect(facadeOf("http://localhost:3000")).toEqual({ clientOrigin: "http://localhost:3000" });
    for (const other of ["yes", "", "*", "http://localhost:3000/", "null"])
      expect(() => facadeOf(other)).toThrow("NOTESTAMP is neither on, off nor an origin");
  });

  test("IDP-15 names sign-in providers, each with its secret or as a public client", () => {
    const PROVIDERS =
      "google,https://accounts.google.com,12-ab.apps.googleusercontent.com my-company,https://id.example/realms/a,web,trusts-factor";
    const given = { SITE_ORIGIN: "https://site.example", PROVIDERS, PROVIDER_SECRET_MY_COMPANY: "secret" };
    expect(serverConfig({ ...goodEnvironment(), ...given }).providers).toEqual([
      {
        ...{ id: "google", name: "Google", issuer: "https://accounts.google.com" },
        ...{ clientId: "12-ab.apps.googleusercontent.com", clientSecret: undefined, trustsFactor: false },
      },
      {
        ...{ id: "my-company", name: "My Company", issuer: "https://id.example/realms/a" },
        ...{ clientId: "web", clientSecret: "secret", trustsFactor: true },
      },
    ]);
    expect(serverConfig(goodEnvironment()).providers).toEqual([]);
  });

  test.each([
    ["google", "id,issuer,client-id"],
    ["Google,https://a.example,1", "id,issuer,client-id"],
    ["google,http://a.example,1", "issuer without HTTPS"],
    ["google,https://a.example?b,1", "with a query"],
    ["a,https://a.example,1 a,https://b.example,1", "a provider twice"],
    ["a,https://a.example,1 b,https://a.example,1", "an issuer twice"],
    ["__proto__,https://a.example,1", "id,issuer,client-id"],
    ["callback,https://a.example,1", "a part of a path"],
    ["identities,https://a.example,1", "a part of a path"],
    ["none,https://a.example,1", "a part of a path"],
    ["a,https://[,1", "issuer without HTTPS"],
    ["a,http://localhost:5173,1", "this site as an issuer"],
    ["a,http://localhost:5173/people/,1", "this site as an issuer"],
    ["a,https://www.example.org,1", "this site as an issuer"],
  ])("IDP-15 refuses the providers %j", (PROVIDERS, fault) => {
    const given = { PROVIDERS, OTHER_SITE_ORIGINS: "https://www.example.org" };
    expect(() => serverConfig({ ...goodEnvironment(), ...given })).toThrow(fault);
  });

  test("IDP-15 refuses the id of a provider that would stand for another route", () => {
    const paths = Object.values(operations).map(({ path }) => path.split("/"));
    const ofProviders = Object.values(providerOperations).map(({ path }) => path.split("/"));
    const literals = ofProviders.flatMap((path) =>
      paths
        .filter((other) => other.length === path.length)
        .flatMap((other) => {
          const differing = path.flatMap((part, index) => (part === other[index] ? [] : [index]));
          const [index = 0] = differing;
          const isTaken = differing.length === 1 && path[index]!.startsWith(":");
          return isTaken && !other[index]!.startsWith(":") ? [other[index]!] : [];
        }),
    );
    expect(literals).toContain("passkey");
    for (const id of literals) {
      const PROVIDERS = `${id},https://a.example,1`;
      expect(() => serverConfig({ ...goodEnvironment(), PROVIDERS })).toThrow("a part of a path");
    }
  });

  test("IDP-15 has no providers on a site without HTTPS, but on localhost", () => {
    const PROVIDERS = "a,https://a.example,1";
    const at = (SITE_ORIGIN: string) =>
      serverConfig({ ...goodEnvironment(), SITE_ORIGIN, PROVIDERS }).providers;
    expect(at("http://localhost:5173")).toHaveLength(1);
    expect(() => at("http://site.example")).toThrow("PROVIDERS need a site with HTTPS");
  });

  test("VER-13 signs access tokens by a secret, or by key pairs", () => {
    const kindOf = (ACCESS_TOKENS?: string) =>
      serverConfig({ ...goodEnvironment(), ...(ACCESS_TOKENS !== undefined && { ACCESS_TOKENS }) })
        .accessTokens;
    expect([kindOf(), kindOf("hs256"), kindOf("es256")]).toEqual(["hs256", "hs256", "es256"]);
    for (const other of ["", "rs256", "none"])
      expect(() => kindOf(other)).toThrow("ACCESS_TOKENS is neither hs256 nor es256");
  });

  test("CONF-01 is refused with all its faults at once", () => {
    expect(() => serverConfig({ SITE_ORIGIN: "example.org", PORT: "http" })).toThrow(
      /PORT [^]*SITE_ORIGIN is not an origin[^]*BUCKET is missing[^]*ACCESS_TOKEN_SECRET is missing[^]*MYSQL_USER is missing[^]*MYSQL_SOCKET or MYSQL_HOST is missing/,
    );
  });

  test.each([
    [
      "short",
      Buffer.alloc(63, "abcdefghijklmnopqrstuvwxyz0123456789").toString("base64"),
      "is shorter than 64 bytes",
    ],
    ["a word again and again", Buffer.alloc(64, "changeme").toString("base64"), "is not random"],
    ["not base64", "secret!".repeat(20), "is not base64"],
    ["empty", "", "is empty"],
  ])("JWT-07 a secret that is %s is refused, and not shown", (_name, secret, reason) => {
    const start = () => serverConfig({ ...goodEnvironment(), ACCESS_TOKEN_SECRET: secret });
    expect(start).toThrow(`ACCESS_TOKEN_SECRET ${reason}`);
    if (secret) expect(start).not.toThrow(secret);
  });

  test("JWT-07 two equal secrets are refused", () => {
    const same = newSecret();
    const environment = { ...goodEnvironment(), ACCESS_TOKEN_SECRET: same, REFRESH_TOKEN_SECRET: same };
    expect(() => serverConfig(environment)).toThrow("REFRESH_TOKEN_SECRET equals ACCESS_TOKEN_SECRET");
  });

  test("JWT-08 lists the earlier secrets, each until a time", () => {
    const [older, old] = [newSecret(), newSecret()];
    const former = `${older}@1760000000,${old}@1760000060`;
    const config = serverConfig({ ...goodEnvironment(), FORMER_ACCESS_TOKEN_SECRETS: former });
    expect(config.accessSecrets.former).toEqual([
      { key: Buffer.from(older, "base64"), until: new Date(1_760_000_000_000) },
      { key: Buffer.from(old, "base64"), until: new Date(1_760_000_060_000) },
    ]);
    expect(config.refreshSecrets.former).toEqual([]);
    const cutOff = () => serverConfig({ ...goodEnvironment(), FORMER_ACCESS_TOKEN_SECRETS: older });
    expect(cutOff).toThrow("FORMER_ACCESS_TOKEN_SECRETS is not a list of key@seconds");
    expect(cutOff).not.toThrow(older);
  });

  test("serves metrics only where it is configured", () => {
    const at = (METRICS_LISTEN: string) => serverConfig({ ...goodEnvironment(), METRICS_LISTEN }).metrics;
    expect(at("10.0.0.5:9464")).toEqual({ host: "10.0.0.5", port: 9464 });
    expect(at("")).toBeUndefined();
    expect(() => at("9464")).toThrow("METRICS_LISTEN is not an address with a port");
  });

  test.each(["http://example.org/", "ftp://example.org", "https://example.org/app", "example.org"])(
    "a site origin of %s is refused",
    (origin) =>
      expect(() => serverConfig({ ...goodEnvironment(), SITE_ORIGIN: origin })).toThrow("SITE_ORIGIN"),
  );

  test("names the database by socket or by host, and needs one", () => {
    const { MYSQL_HOST: _, ...environment } = goodEnvironment();
    expect(databaseConfig({ ...environment, MYSQL_SOCKET: "/run/mysqld.sock" }).socketPath).toBe(
      "/run/mysqld.sock",
    );
    expect(() => databaseConfig(environment)).toThrow("MYSQL_SOCKET or MYSQL_HOST is missing");
  });

  test("names the user who may read the tables beside the one who may swap them", () => {
    const { ACCESS_TOKEN_SECRET: _, REFRESH_TOKEN_SECRET: __, ...environment } = goodEnvironment();
    expect(() => backupConfig(environment)).toThrow("MYSQL_BACKUP_USER is missing");
    const own = { ...environment, MYSQL_BACKUP_USER: "reader", MYSQL_BACKUP_PASSWORD: "reads" };
    expect(backupConfig(own)).toMatchObject({
      database: { user: "tintype", password: "" },
      reader: { user: "reader", password: "reads", database: "tintype" },
    });
  });

  test("uses a socket that systemd opened for this process", () => {
    const pid = String(process.pid);
    expect(serverConfig({ ...goodEnvironment(), LISTEN_FDS: "1", LISTEN_PID: pid }).place).toEqual({ fd: 3 });
    expect(serverConfig({ ...goodEnvironment(), LISTEN_FDS: "1", LISTEN_PID: "1" }).place).toEqual({
      port: 0,
    });
  });
});
