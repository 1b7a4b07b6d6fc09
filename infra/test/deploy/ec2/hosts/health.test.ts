import { expect, test } from "@jest/globals";
import { factsOf } from "../../../../deploy/ec2/hosts/health.ts";
import { statusTable } from "../../../../deploy/ec2/hosts/status-table.ts";

const now = Date.parse("2026-11-21T12:00:00Z") / 1000;
const common = {
  now,
  up: 7200,
  release: "0123456789ab",
  root: 40,
  failed: "",
  updates: 3,
  service: "active",
};
const printed = (answers: object) =>
  Object.entries({ ...common, ...answers })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
const backend = (answers: object = {}) =>
  factsOf("backend", printed({ database: "active", data: 7, ...answers }), now);
const frontend = (answers: object = {}) => factsOf("frontend", printed(answers), now);

test("both hosts stand side by side, and what is not well is marked", () => {
  const site = { text: "http://localhost:8080 ready", well: true };
  const hosts = { frontend: frontend({ root: 95 }), backend: backend() };
  expect(statusTable(site, hosts)).toBe(
    [
      "site                http://localhost:8080 ready",
      "",
      "                    frontend            backend",
      "release             0123456789ab        0123456789ab",
      "up                  2 hours             2 hours",
      "nginx               active",
      "API                                     active",
      "database                                active",
      "clock               right               right",
      "disk              ! 95 % full           40 % full",
      "data volume                             7 % full",
      "last backup                             none yet",
      "security updates    3 wait              3 wait",
      "failed units        none                none",
      "certificate         none: plain HTTP",
      "",
    ].join("\n"),
  );
});

test("a host that says nothing is reported below", () => {
  const fault = { text: "The backend host is missing.", well: false };
  const table = statusTable({ text: "not reachable", well: false }, { frontend: {}, backend: { fault } });
  expect(table).toMatch(/^site +! not reachable$/m);
  expect(table).toMatch(/^backend +! The backend host is missing\.$/m);
});

test.each([
  ["clock", { now: now + 59 }, true],
  ["clock", { now: now + 180 }, false],
  ["clock", { now: now - 180 }, false],
  ["disk", { root: 89 }, true],
  ["disk", { root: 90 }, false],
  ["disk", { root: "" }, false],
  ["data volume", { data: 90 }, false],
  ["API", { service: "failed" }, false],
  ["database", { database: "inactive" }, false],
  ["release", { release: "" }, false],
  ["failed units", { failed: "tintype-purge.service" }, false],
  ["last backup", { backup: "2026-11-20T03:00:00Z" }, true],
  ["last backup", { backup: "2026-11-19T11:00:00Z" }, false],
])("%s with %j is well: %s", (name, answers, well) => {
  expect(backend(answers)[name]?.well).toBe(well);
});

test.each([
  [30, "30 days left", true],
  [13, "13 days left", false],
  [-1, "has expired", false],
])("a certificate with %i days is %s", (days, text, well) => {
  expect(frontend({ certificate: now + days * 86_400 + 60 * (days < 0 ? -1 : 1) })["certificate"]).toEqual({
    text,
    well,
  });
});

test("MFA-08 a wrong clock of a host is named, with how much it is wrong", () => {
  expect(backend({ now: now + 180 })["clock"]).toEqual({ text: "3 minutes ahead", well: false });
  expect(backend({ now: now - 180 })["clock"]).toEqual({ text: "3 minutes behind", well: false });
});
