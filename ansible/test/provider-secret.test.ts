import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../roles/backend/files/provider-secret.sh");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-provider-"));
  for (const folder of ["secrets", "programs"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "programs/serve"), `#!/bin/bash\necho "$@" >>${root}/served\n`, { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true }));

function store(provider: string, secret: string) {
  const env = {
    PATH: process.env["PATH"],
    SECRETS: join(root, "secrets"),
    SERVE: join(root, "programs/serve"),
  };
  const { status, stdout, stderr } = spawnSync("bash", [script, provider], {
    encoding: "utf8",
    env,
    input: secret,
  });
  return { code: status, out: stdout, said: stderr };
}

const file = () => join(root, "secrets/providers.env");
const kept = () => readFileSync(file(), "utf8");

test("IDP-15 a client secret is stored for root alone, under the name that the API reads, and replaces the one before", () => {
  expect(store("google", "GOCSPX-first\n")).toEqual({ code: 0, out: "stored\n", said: "" });
  expect(store("my-company", "a~b.c_d")).toMatchObject({ code: 0 }); // without the line's end
  expect(store("google", "GOCSPX-second\n")).toMatchObject({ code: 0 });
  expect(kept()).toBe("PROVIDER_SECRET_MY_COMPANY=a~b.c_d\nPROVIDER_SECRET_GOOGLE=GOCSPX-second\n");
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(root, "served"), "utf8")).toBe("restart\n".repeat(3));
});

test("IDP-15 an empty one removes what is stored", () => {
  store("google", "first\n");
  expect(store("google", "\n")).toMatchObject({ code: 0, out: "removed\n" });
  expect(kept()).toBe("");
});

test.each(['a"b', "a b", "a\\b", "$(id)", "a'b", "ä"])(
  "IDP-15 %j, which systemd would read otherwise, is refused without being shown",
  (secret) => {
    store("google", "first\n");
    const { code, said, out } = store("google", `${secret}\n`);
    expect(code).toBe(1);
    expect(said + out).not.toContain(secret);
    expect(kept()).toBe("PROVIDER_SECRET_GOOGLE=first\n");
  },
);

test.each(["", "Google", "../a", "a b", "a;id"])("IDP-15 %j is no provider", (provider) => {
  expect(store(provider, "secret\n").code).toBe(2);
  expect(existsSync(file())).toBe(false);
});
