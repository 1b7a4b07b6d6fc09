import { expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../../cli/paths.ts";
import {
  firstBootCommand,
  handOverCommand,
  healthCommands,
  jobs,
  logCommands,
  mailedCodesCommand,
  originCountCommand,
  passkeyCountsCommand,
  releasesCommand,
  rotationUnit,
  rowCountsCommand,
  runUnitCommand,
  takeBackCommand,
} from "../../../../deploy/ec2/hosts/host-commands.ts";

const roles = join(repository, "ansible/roles");
const allJobs = [
  jobs.backup,
  jobs.restore("2026-11-26T00-00-00Z"),
  jobs.integrity("check"),
  jobs.resetFactor("id"),
];
const units = allJobs.map(({ unit }) => unit);

test.each([...units, rotationUnit])("the backend role installs %s", (unit) => {
  const template = `${unit.replace(/@.*\./, "@.")}.j2`;
  expect(existsSync(join(roles, "backend/templates", template))).toBe(true);
});

test("the report of a job is what its program prints", () => {
  const programs = join(repository, "app-backend/src/entrypoints/ec2");
  for (const { report } of allJobs)
    expect(readFileSync(join(programs, `${report}.ts`), "utf8")).toContain(report);
});

test("the programs and files that the commands name are those of the roles and of first boot", () => {
  const files = readdirSync(roles, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(yml|sh|j2)$/.test(path))
    .map((path) => readFileSync(join(roles, path), "utf8"));
  const boot = readFileSync(join(repository, "infra/src/constructs/ec2/user-data/host.sh"), "utf8");
  const known = [...files, boot].join("\n");
  const commands = [
    firstBootCommand,
    releasesCommand("show"),
    originCountCommand,
    ...Object.values(healthCommands),
  ];
  const named = commands.join("\n").match(/\/(?:opt|etc|var\/lib)\/tintype(?:\/[\w.-]+)*/g) ?? [];
  expect(named.length).toBeGreaterThan(4);
  for (const path of named) expect([path, known.includes(path)]).toEqual([path, true]);
});

test.each([
  ...Object.values(healthCommands),
  ...Object.values(logCommands).flatMap(({ show, follow }) => [show, follow]),
  ...[mailedCodesCommand, originCountCommand, releasesCommand("rollback", "a b"), rowCountsCommand],
  passkeyCountsCommand,
  ...[runUnitCommand(rotationUnit), handOverCommand("id", "'; --"), takeBackCommand("id")],
])("a shell can read the command: %#", (command) => {
  expect(spawnSync("bash", ["-n", "-c", command])).toMatchObject({ status: 0 });
});

test.each(["a@example.com", "'; --", "$(reboot) `id` \\ %s -n", "jürgen@bücher.example"])(
  "MFA-23 hands over the address %s as it is, where the unit reads it",
  (account) => {
    const stubbed = `sudo() { [ "$1 $2" = "install -D" ] && cat; }; ${handOverCommand("id", account)}`;
    expect(spawnSync("bash", ["-c", stubbed], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stdout: account,
    });
    const path = handOverCommand("id", account).split(" ").at(-1)!;
    const unit = join(roles, "backend/templates/tintype-reset-factor@.service.j2");
    expect(readFileSync(unit, "utf8")).toContain(`reset-factor.mjs ${path.replace(/id$/, "%i")}\n`);
    expect(takeBackCommand("id")).toContain(path);
  },
);
