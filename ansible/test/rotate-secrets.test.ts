import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../roles/backend/files/rotate-secrets.sh");
const secrets = "ACCESS_TOKEN_SECRET=one\nREFRESH_TOKEN_SECRET=two\nMYSQL_PASSWORD=three\n";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-rotation-"));
  for (const folder of ["secrets", "programs"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "secrets/backend.env"), secrets);
  const rights = "GRANT SELECT ON \\`tintype\\`.* TO \\`tintype\\`@\\`localhost\\`";
  program("mysql", `case "$*" in *GRANTS*) echo "${rights}" ;; *--execute*) ;; *) cat >>${root}/sql ;; esac`);
  for (const name of ["systemctl", "sync", "serve"]) program(name, "true");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Stands in for a program of the host. */
function program(name: string, shell: string): void {
  writeFileSync(join(root, "programs", name), `#!/bin/bash\n${shell}\n`, { mode: 0o755 });
}

function rotate() {
  const env = {
    PATH: `${root}/programs:${process.env["PATH"]}`,
    SECRETS: join(root, "secrets"),
    SERVE: join(root, "programs/serve"),
  };
  const { status, stderr } = spawnSync("bash", [script], { encoding: "utf8", env });
  return { code: status, said: stderr };
}

const path = (name: string) => join(root, "secrets", name);
const kept = (name: string) => readFileSync(path(name), "utf8");

test("a rotation leaves new secrets in all files, and the keys of before among those that are accepted", () => {
  expect(rotate()).toEqual({ code: 0, said: "" });
  expect(kept("backend.env")).toMatch(
    /^ACCESS_TOKEN_SECRET=.{88}\nREFRESH_TOKEN_SECRET=.{88}\nFORMER_ACCESS_TOKEN_SECRETS=one@\d+\nFORMER_REFRESH_TOKEN_SECRETS=two@\d+\nMYSQL_USER=tintype_2\nMYSQL_PASSWORD=.{44}\n$/,
  );
  expect(kept("migrate.env")).toMatch(/^MYSQL_PASSWORD=.{44}\n$/);
  expect(kept("backup.env")).toMatch(/^MYSQL_BACKUP_PASSWORD=.{44}\n$/);
  expect(existsSync(path("backend.env.before"))).toBe(false);
});

test("secrets with which the application does not come up give their place back to those of before", () => {
  program("serve", "false");
  const { code, said } = rotate();
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("those of before again") });
  expect(kept("backend.env")).toBe(secrets);
});

test("OPS-10 a disk that is full while secrets are kept leaves those in use, and the next rotation goes on", () => {
  program("cp", 'head -c 30 "$1" >"$2"; exit 1');
  expect(rotate().code).toBe(1);
  program("cp", 'exec /bin/cp "$@"');
  program("serve", "false");
  rotate();
  expect(kept("backend.env")).toBe(secrets);
  program("serve", "true");
  expect(rotate().code).toBe(0);
});

test.each([
  ["a key", secrets.replace("REFRESH", "OTHER")],
  ["its last line's end", secrets.slice(0, -2)],
  ["everything", ""],
])("old secrets that lack %s replace none", (_what, before) => {
  writeFileSync(path("backend.env.before"), before);
  program("serve", "false");
  const { code, said } = rotate();
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("is not whole") });
  expect(kept("backend.env")).toBe(secrets);
});

test("every file is on the disk before it takes its place", () => {
  for (const name of ["mv", "sync"]) program(name, `echo ${name} >>${root}/calls; exec /bin/${name} "$@"`);
  rotate();
  const calls = readFileSync(join(root, "calls"), "utf8").trim().split("\n");
  expect(calls).toEqual(["sync", "mv", "sync", "mv", "sync", "mv", "sync", "mv"]);
});

test.each([
  ["tintype-backup.service", 1],
  ["tintype-rotate.service", 0],
  ["tintype-backend.service", 0],
])("while %s is starting, a rotation ends with %i", (unit, code) => {
  program("systemctl", `echo "${unit} loaded activating start"`);
  const { code: ended, said } = rotate();
  expect(ended).toBe(code);
  if (code === 0) return;
  expect(said).toContain(`${unit} is at work`);
  expect(kept("backend.env")).toBe(secrets);
  expect(existsSync(path("migrate.env"))).toBe(false);
});

test("a key of 10 days ago is still accepted, and one of 16 days ago is not", () => {
  const daysAgo = (days: number) => Math.floor(Date.now() / 1000) - days * 86_400;
  const former = `old@${daysAgo(16)},young@${daysAgo(10)}`;
  writeFileSync(path("backend.env"), `${secrets}FORMER_REFRESH_TOKEN_SECRETS=${former}\n`);
  expect(rotate().code).toBe(0);
  const [, accepted] = /^FORMER_REFRESH_TOKEN_SECRETS=(.*)$/m.exec(kept("backend.env"))!;
  expect(accepted!.replaceAll(/@\d+/g, "").split(",")).toEqual(["young", "two"]);
});

/** The host's clock: it stands still until a program moves it. */
function clock(): { readonly move: (seconds: number) => string; readonly set: (seconds: number) => void } {
  const file = join(root, "clock");
  program("date", `case "$1" in +%s) cat ${file} ;; *) exec /bin/date "$@" ;; esac`);
  return {
    move: (seconds) => `echo $(($(cat ${file}) + ${seconds})) >${file}`,
    set: (seconds) => writeFileSync(file, String(seconds)),
  };
}

const handovers = () =>
  [...kept("backend.env").matchAll(/^FORMER_.*@(\d+)$/gm)].map(([, until]) => Number(until));
const repository = join(import.meta.dirname, "../..");
const figure = (file: string, pattern: RegExp) =>
  Number(pattern.exec(readFileSync(join(repository, file), "utf8"))![1]);
/** The longest restart: requests end, the API is asked until it is ready, and the last answer is waited for. */
const restartSeconds =
  figure("ansible/roles/backend/templates/tintype-backend.service.j2", /^TimeoutStopSec=(\d+)$/m) +
  figure("ansible/roles/backend/files/serve.sh", /^patience=(\d+)$/m) +
  figure("ansible/roles/backend/files/serve.sh", /exec timeout (\d+) /);
const cacheSeconds = Math.max(
  figure("app-backend/src/http/key-set.ts", /maxAgeSeconds = (\d+);/),
  figure("app-backend/src/adapters/jwt/key-set.ts", /freshMs = (\d+)_000;/),
);

test("VER-13 no key signs before it was published for the life of a cache, however long database, disk and restart take", () => {
  const time = clock();
  time.set(1_800_000_000);
  program("mysql", `cat >/dev/null; ${time.move(40)}; echo "GRANT SELECT ON \\\`tintype\\\`.* TO x"`);
  program("sync", time.move(20));
  program("serve", `cat ${root}/clock >>${root}/restarts`);
  expect(rotate()).toEqual({ code: 0, said: "" });
  const restarted = Number(readFileSync(join(root, "restarts"), "utf8"));
  expect(restarted).toBeGreaterThan(1_800_000_100);
  expect(handovers()).toHaveLength(2);
  for (const until of handovers())
    expect(until).toBeGreaterThanOrEqual(restarted + restartSeconds + cacheSeconds);
});

describe("VER-13 a rotation that was interrupted before the restart", () => {
  const written = 1_800_000_000;
  const late = written + 86_400;
  /** What it left: new settings that no process has read, in which the handover is over. */
  function interrupted(): void {
    clock().set(late);
    writeFileSync(path("backend.env.before"), secrets);
    const former = `FORMER_ACCESS_TOKEN_SECRETS=zero@${written - 86_400},one@${written}\nFORMER_REFRESH_TOKEN_SECRETS=two@${written}\n`;
    writeFileSync(path("backend.env"), `${secrets.replace("one", "new").replace("two", "next")}${former}`);
    utimesSync(path("backend.env"), written, written);
    // The first restart is the one with what was left.
    program("serve", `[ -e ${root}/restarted-with ] || cp ${path("backend.env")} ${root}/restarted-with`);
  }
  const restartedWith = () => readFileSync(join(root, "restarted-with"), "utf8");
  const startedAt = (time: string) =>
    program("systemctl", `[ "$1" != show ] || echo "ExecMainStartTimestamp=${time}"`);
  const utc = (seconds: number) => new Date(seconds * 1000).toUTCString();

  test.each([
    ["and the application runs with the keys of before, begins its handover again", utc(written - 60)],
    ["and the application does not run, begins its handover again", ""],
  ])("%s", (_what, started) => {
    interrupted();
    startedAt(started);
    expect(rotate().code).toBe(0);
    expect(restartedWith()).toMatch(
      new RegExp(`^FORMER_ACCESS_TOKEN_SECRETS=zero@${written - 86_400},one@${late + 180}$`, "m"),
    );
    expect(restartedWith()).toMatch(new RegExp(`^FORMER_REFRESH_TOKEN_SECRETS=two@${late + 180}$`, "m"));
  });

  test("leaves the handover alone if the new keys sign already", () => {
    interrupted();
    startedAt(utc(written + 60));
    expect(rotate().code).toBe(0);
    expect(restartedWith()).toMatch(new RegExp(`,one@${written}$`, "m"));
  });

  test("has no earlier key sign again if the settings are still those of before", () => {
    interrupted();
    const before = kept("backend.env");
    writeFileSync(path("backend.env.before"), before);
    expect(rotate().code).toBe(0);
    expect(restartedWith()).toBe(before);
  });
});

test("with ten former keys in use there is no eleventh, and the secrets stay", () => {
  const now = Math.floor(Date.now() / 1000);
  const former = Array.from({ length: 10 }, (_, at) => `key${at}@${now}`).join(",");
  const full = `${secrets}FORMER_ACCESS_TOKEN_SECRETS=${former}\n`;
  writeFileSync(path("backend.env"), full);
  const { code, said } = rotate();
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("10 earlier keys") });
  expect(kept("backend.env")).toBe(full);
});

test("a user whose rights are not known gets no successor", () => {
  program("mysql", `case "$*" in *--execute*) ;; *) cat >>${root}/sql ;; esac`);
  expect(rotate().code).toBe(1);
  expect(kept("backend.env")).toBe(secrets);
  expect(existsSync(join(root, "sql"))).toBe(false);
});

test("the new user gets the rights of the one in use, and the one before goes", () => {
  program(
    "mysql",
    `case "$*" in *GRANTS*) echo "GRANT SELECT, INSERT ON \\\`tintype\\\`.* TO \\\`tintype\\\`@\\\`localhost\\\`" ;;
      *--execute*) echo "$*" >>${root}/sql ;; *) cat >>${root}/sql ;; esac`,
  );
  rotate();
  const sql = readFileSync(join(root, "sql"), "utf8");
  expect(sql).toContain("GRANT SELECT, INSERT ON tintype.* TO tintype_2@localhost;");
  expect(sql).toContain("--execute DROP USER IF EXISTS tintype@localhost");
});

test("the second rotation goes back to the first name", () => {
  rotate();
  rotate();
  expect(kept("backend.env")).toMatch(/^MYSQL_USER=tintype$/m);
});

test("the files of secrets are for root alone", () => {
  rotate();
  const modes = ["backend.env", "migrate.env", "backup.env"].map((name) => statSync(path(name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});
