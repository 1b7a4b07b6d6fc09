import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireCheckout } from "../../cli/checkout.ts";
import { UserError } from "../../cli/user-error.ts";
import { repository } from "../../cli/paths.ts";

const scripts = [
  "infra/src/constructs/ec2/user-data/host.sh",
  "ansible/site.yml",
  "app-backend/migrations/0001_a.sql",
];
const empty = ["ansible", "app-backend/migrations", "app-frontend", "infra/src/constructs/ec2/user-data"];

/** A checkout of a few files, at a path with that in it. */
function checkout(part: string, text = "one\ntwo\n"): string {
  const root = mkdtempSync(join(tmpdir(), "tintype-checkout-") + part);
  for (const name of empty) mkdirSync(join(root, name), { recursive: true });
  for (const name of scripts) writeFileSync(join(root, name), text);
  return root;
}

function refusal(root: string): UserError | undefined {
  try {
    return void requireCheckout(root);
  } catch (error) {
    return error as UserError;
  } finally {
    rmSync(root, { recursive: true });
  }
}

test.each([" a b ", "it's", '"', "100 %", "(a)", "[a]", "{a}", "&;|<>`!~^*@=+,", "ü", "-o", "a".repeat(200)])(
  "USE-12 a repository may lie at a path with %s in it",
  (part) => {
    expect(refusal(checkout(part))).toBeUndefined();
  },
);

test.each(["\n", "\u001b", "#", "?", ":", "$HOME", "\\", "{{a}}", "{%a%}"])(
  "USE-12 a path with %j in it is refused before anything is made",
  (part) => {
    const root = checkout(part);
    expect(refusal(root)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(JSON.stringify(root)),
    });
  },
);

test("USE-12 scripts with the line endings of another system are refused before anything is made", () => {
  const failure = refusal(checkout("", "one\r\ntwo\r\n"));
  expect(failure).toMatchObject({ exitCode: 2 });
  for (const name of scripts) expect(failure!.message).toContain(name);
});

test("USE-12 bytes that look like a line's end in a picture are none", () => {
  const root = checkout("");
  writeFileSync(join(root, "app-frontend/a.png"), Buffer.from([0, 13, 10]));
  expect(refusal(root)).toBeUndefined();
});

test("USE-12 a clone by a git that converts line endings has the same bytes", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-clone-"));
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd });
  const [origin, clone] = [join(folder, "origin"), join(folder, "clone")];
  for (const name of [
    "ansible",
    "app-backend/migrations",
    "infra/src/constructs/ec2/user-data",
    ".gitattributes",
  ])
    cpSync(join(repository, name), join(origin, name), { recursive: true });
  git(origin, "init", "--quiet");
  git(origin, "add", ".");
  git(origin, "commit", "--quiet", "--message", "a");
  git(folder, "clone", "--quiet", "--config", "core.autocrlf=true", origin, clone);
  for (const path of readdirSync(origin, { recursive: true, encoding: "utf8" })) {
    if (!/\.(sh|sql|yml|j2)$/.test(path)) continue;
    expect(readFileSync(join(clone, path), "utf8")).toBe(readFileSync(join(origin, path), "utf8"));
  }
  rmSync(folder, { recursive: true });
});
