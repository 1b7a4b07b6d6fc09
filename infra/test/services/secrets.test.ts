import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { newSecrets, users, writeSecrets } from "../../services/secrets.ts";

const scratch = mkdtempSync(join(tmpdir(), "tintype-secrets-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const nothing = async () => {};

test("files are their owner's alone, in a folder for each container", async () => {
  const folder = join(scratch, "first");
  await writeSecrets(folder, nothing);
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(users).toSorted());
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files).toHaveLength(12);
  for (const { parentPath, name } of files) {
    expect(statSync(join(parentPath, name)).mode & 0o777).toBe(0o400);
    expect(statSync(parentPath).mode & 0o777).toBe(0o700);
  }
});

test("secrets are written once, and kept", async () => {
  const folder = join(scratch, "kept");
  const secret = () => readFileSync(join(folder, "redis/redis_password"), "utf8");
  await writeSecrets(folder, nothing);
  const before = secret();
  await writeSecrets(folder, () => Promise.reject(new Error("called again")));
  expect(secret()).toBe(before);
});

test("nothing is there before the files have their owners", async () => {
  const folder = join(scratch, "failed");
  await expect(writeSecrets(folder, () => Promise.reject(new Error("no container")))).rejects.toThrow(
    "no container",
  );
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(scratch).filter((name) => name.startsWith("failed"))).toEqual([]);
});

test("SVC-16 login alone has keys, and each password is its service's and its server's", () => {
  const { login, profile, verifier, redis, ...databases } = newSecrets();
  expect(Object.keys(login)).toEqual(expect.arrayContaining(["access_token_secret", "refresh_token_secret"]));
  const others = [profile, verifier, redis, ...Object.values(databases)].flatMap(Object.keys);
  expect(others.filter((name) => name.includes("token"))).toEqual([]);
  expect(databases["login-database"]["mysql_password"]).toBe(login["mysql_password"]);
  expect(databases["profile-database"]["mysql_password"]).toBe(profile["mysql_password"]);
  expect(login["mysql_password"]).not.toBe(profile["mysql_password"]);
  for (const holder of [login, profile, verifier])
    expect(holder["redis_password"]).toBe(redis["redis_password"]);
  expect(login["access_token_secret"]).not.toBe(login["refresh_token_secret"]);
});

test("secrets are new for each copy, and need no quotes in SQL and in Redis' settings", () => {
  const values = [newSecrets(), newSecrets()].map((secrets) =>
    Object.values(secrets).flatMap((of) => Object.entries(of)),
  );
  const [one = [], other = []] = values.map((entries) => entries.map(([, value]) => value));
  expect(one.filter((value) => other.includes(value))).toEqual([]);
  const passwords = values.flat().filter(([name]) => name.endsWith("password"));
  expect(passwords.filter(([, value]) => !/^[\w-]{43}$/.test(value))).toEqual([]);
});
