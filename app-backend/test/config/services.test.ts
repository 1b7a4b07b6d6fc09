import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { loginConfig, profileConfig, serviceDatabase } from "../../src/config/services.ts";
import { newSecret } from "../environment.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const stores = {
  MYSQL_HOST: "database",
  MYSQL_USER: "login",
  MYSQL_DATABASE: "login",
  MYSQL_PASSWORD: "of MySQL",
  REDIS_HOST: "redis",
  REDIS_PASSWORD: "of Redis",
};
const ofLogin = () => ({ ...stores, ACCESS_TOKEN_SECRET: newSecret(), REFRESH_TOKEN_SECRET: newSecret() });
const ofProfile = { ...stores, KEYS_URL: "http://login:8000/.well-known/jwks.json" };

describe("the settings of the services", () => {
  test("have defaults for what may be left out", () => {
    expect(loginConfig(ofLogin())).toMatchObject({
      place: { port: 8000, host: "0.0.0.0" },
      database: { host: "database", port: 3306, password: "of MySQL" },
      redis: { host: "redis", port: 6379, password: "of Redis" },
      metrics: undefined,
      release: "dev",
    });
    expect(profileConfig(ofProfile)).toMatchObject({ place: { port: 8001 }, revocations: "required" });
  });

  test("SVC-16 take each secret from a file, without the line break at its end", () => {
    const [access, refresh] = [newSecret(), newSecret()];
    const { MYSQL_PASSWORD: _, REDIS_PASSWORD: __, ...rest } = stores;
    const config = loginConfig({
      ...rest,
      MYSQL_PASSWORD_FILE: file("mysql", "a word\n"),
      REDIS_PASSWORD_FILE: file("redis", "another word"),
      ACCESS_TOKEN_SECRET_FILE: file("access", `${access}\n`),
      REFRESH_TOKEN_SECRET_FILE: file("refresh", `${refresh}\r\n`),
    });
    expect([config.database.password, config.redis.password]).toEqual(["a word", "another word"]);
    expect(config.accessSecrets.current.toString("base64")).toBe(access);
    expect(config.refreshSecrets.current.toString("base64")).toBe(refresh);
    const ofMigration = { ...rest, MYSQL_PASSWORD_FILE: join(folder, "mysql") };
    expect(serviceDatabase(ofMigration).password).toBe("a word");
  });

  test("SVC-16 refuse a secret that is given twice or cannot be read, and name no value", () => {
    const both = { ...ofLogin(), MYSQL_PASSWORD_FILE: file("both", "a word") };
    expect(() => loginConfig(both)).toThrow("MYSQL_PASSWORD_FILE and MYSQL_PASSWORD are two ways");
    const { REDIS_PASSWORD: _, ...without } = ofProfile;
    const absent = { ...without, REDIS_PASSWORD_FILE: join(folder, "absent") };
    expect(() => profileConfig(absent)).toThrow("REDIS_PASSWORD_FILE is not read: ENOENT");
    const wrong = {
      ...ofLogin(),
      ACCESS_TOKEN_SECRET: undefined,
      ACCESS_TOKEN_SECRET_FILE: file("w", "hush!"),
    };
    expect(() => loginConfig(wrong)).toThrow(/ACCESS_TOKEN_SECRET is not base64$/);
  });

  test("CONF-01 are refused with all their faults at once", () => {
    const secret = newSecret();
    expect(() => loginConfig({ PORT: "x" })).toThrow(
      /PORT [^]*ACCESS_TOKEN_SECRET is missing[^]*REFRESH_TOKEN_SECRET is missing/,
    );
    const same = { ...stores, ACCESS_TOKEN_SECRET: secret, REFRESH_TOKEN_SECRET: secret };
    expect(() => loginConfig(same)).toThrow("REFRESH_TOKEN_SECRET equals ACCESS_TOKEN_SECRET");
    expect(() => profileConfig({ ...ofProfile, REVOCATIONS: "no" })).toThrow(
      "REVOCATIONS is neither required nor best-effort",
    );
    expect(() => profileConfig({ ...ofProfile, KEYS_URL: "file:///keys" })).toThrow("KEYS_URL is not a URL");
  });

  test("VER-14 of profile hold nothing that signs, whatever the environment has", () => {
    const config = profileConfig({ ...ofLogin(), ...ofProfile });
    expect(Object.keys(config).toSorted()).toEqual([
      ...["database", "keysUrl", "logLevel", "metrics", "place", "redis", "release", "revocations"],
    ]);
  });
});
