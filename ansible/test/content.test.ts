import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { pack } from "../../infra/deploy/build/release.ts";

const files = join(import.meta.dirname, "../roles/base/files");
let root: string;
let archives: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-content-"));
  for (const folder of ["releases", "bin"]) mkdirSync(join(root, folder));
  copyFileSync(join(files, "content.sh"), join(root, "bin/content"));
  chmodSync(join(root, "bin/content"), 0o755);
  archives = [];
});
afterEach(() => {
  for (const path of [root, ...archives]) rmSync(path, { recursive: true });
});

/** A build with a page and a script, unpacked as a deploy unpacks it. Returns its name. */
async function release(text: string, settings = ""): Promise<string> {
  const build = join(root, "build");
  mkdirSync(join(build, "assets/a.b"), { recursive: true });
  writeFileSync(join(build, "index.html"), `page ${text}`);
  writeFileSync(join(build, "assets/a.b/z.js"), "same");
  writeFileSync(join(build, "assets/a.js"), `script ${text}`);
  writeFileSync(join(build, "assets/Ä ö.js"), "");
  const { id, archive } = await pack("content-test", build);
  archives.push(archive);
  rmSync(build, { recursive: true });
  unpack(archive);
  releases("keep", `${id}${settings}`);
  return `${id}${settings}`;
}

function unpack(archive: string): void {
  mkdirSync(join(root, "unpacked"));
  spawnSync("tar", ["-xzf", archive, "-C", join(root, "unpacked"), "--no-same-owner"]);
}

function releases(...args: string[]) {
  const env = { PATH: process.env["PATH"], TINTYPE_ROOT: root };
  const script = join(files, "releases.sh");
  const { status, stdout, stderr } = spawnSync("bash", [script, ...args], { encoding: "utf8", env });
  return { code: status, shown: stdout.trim(), said: stderr.trim() };
}

const inside = (...path: string[]) => join(root, "releases", ...path);

test("USE-10 a release that is here as it was packed is known by its name, with what Ansible adds to the API", async () => {
  const id = await release("one", "-0a1b2c");
  expect(releases("holds", id)).toEqual({ code: 0, shown: "", said: "" });
  for (const name of ["backend.env", "tintype-backend.service"]) writeFileSync(inside(id, name), "x");
  symlinkSync("/opt/tintype/node", inside(id, "node"));
  expect(releases("holds", id).code).toBe(0);
});

test.each<[string, (id: string) => void]>([
  ["a changed page", (id) => writeFileSync(inside(id, "index.html"), "page one<script>")],
  ["a file that only the API has", (id) => writeFileSync(inside(id, "backend.env"), "<script>")],
  ["a file more", (id) => writeFileSync(inside(id, "assets/more.js"), "")],
  ["a file less", (id) => unlinkSync(inside(id, "assets/a.js"))],
  ["a file in another's place", (id) => linkSync(inside(id, "assets/a.js"), inside(id, "assets/b.js"))],
  ["a link", (id) => symlinkSync("/etc/shadow", inside(id, "assets/shadow"))],
  ["a file that all may write", (id) => chmodSync(inside(id, "index.html"), 0o666)],
  ["a folder that all may write", (id) => chmodSync(inside(id, "assets"), 0o777)],
  ["nothing", (id) => rmSync(inside(id), { recursive: true })],
])(
  "USE-10 a release with %s does not hold, and holds again when it is unpacked again",
  async (_what, change) => {
    const id = await release("one");
    change(id);
    expect(releases("holds", id).code).toBe(3);
    unpack(archives[0]!);
    expect(releases("keep", id).code).toBe(0);
    expect(releases("holds", id).code).toBe(0);
    expect(existsSync(join(root, "changed"))).toBe(false);
  },
);

test("USE-10 a release whose name is another's, or no hash, does not hold", async () => {
  const id = await release("one");
  spawnSync("cp", ["-a", inside(id), inside("0123456789ab")]);
  spawnSync("cp", ["-a", inside(id), inside("intruder")]);
  expect(releases("holds", "0123456789ab").code).toBe(3);
  expect(releases("holds", "intruder").code).toBe(3);
});

test("USE-10 what Ansible added to a release that serves stays with it when it is unpacked again", async () => {
  const id = await release("one", "-0a1b2c");
  writeFileSync(inside(id, "backend.env"), "settings");
  unpack(archives[0]!);
  releases("keep", id);
  expect(readFileSync(inside(id, "backend.env"), "utf8")).toBe("settings");
});

test("USE-10 a rollback puts no release back that was changed on the host", async () => {
  const [one, two] = [await release("one"), await release("two")];
  releases("switch", one, "first");
  releases("switch", two, "second");
  writeFileSync(inside(one, "index.html"), "changed");
  const { code, said } = releases("rollback", "second");
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining(`${one} was changed`) });
  expect(readlinkSync(join(root, "current"))).toBe(inside(two));
});

test("USE-10 a deploy keeps no release for a rollback that was changed on the host, or that was never deployed", async () => {
  const [one, two] = [await release("one"), await release("two")];
  releases("switch", one, "first");
  releases("switch", two, "second");
  writeFileSync(inside(one, "index.html"), "changed");
  mkdirSync(inside("intruder"));
  expect(releases("switch", two, "second").shown.split("\n").toSorted()).toEqual([
    `dropped ${one}`,
    "dropped intruder",
  ]);
  expect(releases("show").shown.split("\n").slice(0, 2)).toEqual([two, ""]);
  expect(releases("switch", two, "second").shown).toBe("");
});

test("USE-10 the site's files that were changed or added are those of its releases again", async () => {
  const [one, two] = [await release("one"), await release("two")];
  releases("switch", one, "first");
  const asset = join(root, "assets/a.js");
  expect(releases("publish", two).shown).toMatch(/^published/);
  expect(releases("publish", two).shown).toBe("");
  for (const change of [
    () => writeFileSync(`${asset}.2`, "added"),
    () => {
      unlinkSync(asset);
      writeFileSync(asset, "changed");
    },
    () => {
      unlinkSync(asset);
      symlinkSync("/etc/shadow", asset);
    },
  ]) {
    change();
    releases("publish", two);
    releases("switch", two, "second");
    expect(readFileSync(asset, "utf8")).toBe("script two");
    expect(existsSync(`${asset}.2`)).toBe(false);
  }
});
