import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../roles/base/files/releases.sh");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-releases-"));
  for (const folder of ["releases", "bin"]) mkdirSync(join(root, folder));
});
afterEach(() => rmSync(root, { recursive: true }));

function releases(...args: string[]) {
  const env = { PATH: `${root}/stand-ins:${process.env["PATH"]}`, TINTYPE_ROOT: root };
  const { status, stdout, stderr } = spawnSync("bash", [script, ...args], { encoding: "utf8", env });
  return { code: status, shown: stdout.trim(), said: stderr.trim() };
}

let age = 1_000_000;
function unpack(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(root, "releases", name), { recursive: true });
    utimesSync(join(root, "releases", name), (age += 1), age);
  }
}

/** How the host serves a release: what is called is written down; exit code 1 where the shell condition holds. */
function serveBy(failing: string): void {
  const current = `$(basename "$(readlink "${root}/current")")`;
  const lines = ["#!/bin/bash", `task="$* ${current}"`, `echo "$task" >>${root}/tasks`, `! ${failing}`];
  writeFileSync(join(root, "bin/serve"), lines.join("\n"), { mode: 0o755 });
}

const shown = () => releases("show").shown.split("\n");
const folders = () => readdirSync(join(root, "releases")).toSorted();

test("a release serves after a switch, and the one before it is kept", () => {
  unpack("a", "b");
  expect(releases("switch", "a", "a x")).toEqual({ code: 0, shown: "switched", said: "" });
  expect(releases("switch", "b", "b x").shown).toBe("switched");
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("the same again changes nothing, and is not even tried", () => {
  unpack("a");
  releases("switch", "a", "a x");
  serveBy("true");
  expect(releases("switch", "a", "a x")).toEqual({ code: 0, shown: "", said: "" });
});

test("a release that fails when it is tried changes nothing", () => {
  unpack("a", "b", "c");
  releases("switch", "a", "a x");
  releases("switch", "b", "b x");
  serveBy(`[[ $task == "try c"* ]]`);
  const { code, said } = releases("switch", "c", "c x");
  expect({ code, said }).toEqual({ code: 1, said: "c was not put in force. b serves as before." });
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("DEP-06 a release that fails when it is to serve gives its place back to the one before", () => {
  unpack("a", "b", "c");
  releases("switch", "a", "a x");
  releases("switch", "b", "b x");
  serveBy(`[[ $task == "start c" ]]`);
  const { code, said } = releases("switch", "c", "c x");
  expect({ code, said }).toEqual({ code: 1, said: "c was not put in force. b serves again." });
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("where the first release fails nothing serves", () => {
  unpack("a");
  serveBy(`[[ $task == "start a" ]]`);
  expect(releases("switch", "a", "a x")).toMatchObject({
    code: 1,
    said: expect.stringContaining("Nothing is"),
  });
  expect(existsSync(join(root, "current"))).toBe(false);
});

test("a rollback undoes a deploy once, and the next deploy brings it again", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  releases("switch", "b", "b x");
  expect(releases("rollback", "b x").code).toBe(0);
  expect(shown()).toEqual(["a"]);
  releases("rollback", "b x");
  expect(shown()).toEqual(["a"]);
  releases("switch", "b", "b x");
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("REL-11 a rollback of a deploy that did not change this host leaves it as it is", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  releases("switch", "b", "b x");
  releases("switch", "b", "b y");
  expect(shown()).toEqual(["b", "b", "b y"]);
  releases("rollback", "b y");
  expect(shown()).toEqual(["b"]);
});

test("a rollback of a deploy that did not reach this host leaves it alone", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  releases("switch", "b", "b x");
  expect(releases("rollback", "b y").code).toBe(0);
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("a rollback to a release that cannot serve any more changes nothing", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  releases("switch", "b", "b x");
  serveBy(`[[ $task == "try a"* ]]`);
  expect(releases("rollback", "b x").code).toBe(1);
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("REL-14 three releases stay, and the site's files that one of them has", () => {
  mkdirSync(join(root, "assets"));
  for (const name of ["a", "b", "c", "d", "e"]) {
    unpack(name);
    mkdirSync(join(root, "releases", name, "assets"));
    for (const file of [`${name}.js`, "same.svg"]) {
      writeFileSync(join(root, "releases", name, "assets", file), "");
      if (!existsSync(join(root, "assets", file)))
        linkSync(join(root, "releases", name, "assets", file), join(root, "assets", file));
    }
    utimesSync(join(root, "releases", name), (age += 1), age);
    releases("switch", name, `${name} x`);
    expect(readdirSync(join(root, "assets"))).toContain("same.svg"); // also when the one that brought it is gone
  }
  expect(folders()).toEqual(["c", "d", "e"]);
  expect(readdirSync(join(root, "assets")).toSorted()).toEqual(["c.js", "d.js", "e.js", "same.svg"]);
});

test("after a switch that was killed, what was proven serves before the release is tried again", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  const tasks = `echo "$* $(basename "$(readlink "${root}/current")")" >>${root}/tasks`;
  const kill = ["#!/bin/bash", tasks, '[ "$1" != start ] || kill -9 $PPID'];
  writeFileSync(join(root, "bin/serve"), kill.join("\n"), { mode: 0o755 });
  expect(releases("switch", "b", "b x").code).not.toBe(0);
  expect(shown()[0]).toBe("b"); // in force, and it is unknown whether it serves
  serveBy("false");
  expect(releases("switch", "b", "b x")).toMatchObject({ code: 0, shown: "switched" });
  expect(readFileSync(join(root, "tasks"), "utf8").trim().split("\n").slice(-3)).toEqual([
    "start a",
    "try b a",
    "start b",
  ]);
  expect(shown()).toEqual(["b", "a", "b x"]);
});

test("two switches at once: the second is refused", () => {
  unpack("a");
  serveBy(`{ [[ -e ${root}/second ]] || bash ${script} switch a other >${root}/second 2>&1; false; }`);
  const { code } = releases("switch", "a", "a x");
  expect(code).toBe(0);
  expect(spawnSync("cat", [join(root, "second")], { encoding: "utf8" }).stdout).toContain("Another command");
});

test("a connection that is lost in the middle of a switch does not end it", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  serveBy('{ [[ $task != "start b" ]] || kill -HUP $PPID; false; }');
  expect(releases("switch", "b", "b x")).toEqual({ code: 0, shown: "switched", said: "" });
  expect(shown()).toEqual(["b", "a", "b x"]);
  expect(existsSync(join(root, "unproven"))).toBe(false);
});

test("what neither serves itself nor lets the one before serve is reported as that", () => {
  unpack("a", "b");
  releases("switch", "a", "a x");
  serveBy('[[ $task == "start "* ]]');
  const { code, said } = releases("switch", "b", "b x");
  expect({ code, said }).toEqual({ code: 1, said: "b was not put in force, and a does not serve either." });
  expect(shown()[0]).toBe("a");
  expect(existsSync(join(root, "unproven"))).toBe(true);
});

test("releases are shown while another command changes them", () => {
  unpack("a");
  serveBy(`{ bash ${script} show >${root}/second 2>&1; false; }`);
  releases("switch", "a", "a x");
  expect(readFileSync(join(root, "second"), "utf8")).toBe("a\n\na x\n");
});
