import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");
const amazonLinux2 = 219;

/** Directives with their values, of the units that Ansible writes and of those in user-data. */
const used = [...unitFiles().map(read), ...unitsInUserData()].flatMap((text) =>
  [...text.matchAll(/^([A-Z][A-Za-z]+)=(.*)$/gm)].map(([, name = "", value = ""]) => ({ name, value })),
);

const rows = [...read("docs/systemd.md").matchAll(/^\| `([^`]+)` +\| (\d+) +\| (.*?) +\|$/gm)].map(
  ([, directive = "", since, there = ""]) => ({ directive, since: Number(since), there }),
);

function unitFiles(): string[] {
  return readdirSync(join(repository, "ansible/roles"), { recursive: true, encoding: "utf8" })
    .filter((path) =>
      /\.(service|timer|socket)(\.j2)?$|hardening(\.conf)?\.j2$|backup-user\.j2$|-read\.conf$/.test(path),
    )
    .map((path) => `ansible/roles/${path}`);
}

/** Here documents, and lines that `printf` writes into the files of a unit. */
function unitsInUserData(): string[] {
  const script = read("infra/src/constructs/ec2/user-data/backend.sh");
  const written = [...script.matchAll(/printf '%s\\n' ((?:"[^"]*" )+)\\?\s*>"\/etc\/systemd/g)];
  return [
    ...[...script.matchAll(/<<UNIT\n(.*?)\nUNIT$/gms)].map(([, text = ""]) => text),
    ...written.map(([, words = ""]) => words.replace(/"([^"]*)" /g, "$1\n")),
  ];
}

/** A row of a value stands before the row of its directive: `ProtectSystem=strict`. */
function rowOf({ name, value }: { name: string; value: string }) {
  const ofValue = rows.find(({ directive }) => directive.includes("=") && isOf(directive, name, value));
  return ofValue ?? rows.find(({ directive }) => directive === name);
}

function isOf(directive: string, name: string, value: string): boolean {
  const [itsName, itsValue = ""] = directive.split("=");
  return itsName === name && value.replace(/^~/, "").startsWith(itsValue);
}

test("USE-21 every directive of every unit is in the table of what systemd 219 knows", () => {
  expect(used.length).toBeGreaterThan(150);
  expect(used.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["OOMScoreAdjust", "Where", "ReadWritePaths"]),
  );
  expect(used.filter((directive) => rowOf(directive) === undefined)).toEqual([]);
});

test("USE-21 the table has no row that no unit needs", () => {
  const needed = new Set(used.map((directive) => rowOf(directive)?.directive));
  expect(rows.filter(({ directive }) => !needed.has(directive))).toEqual([]);
});

test("USE-21 the table says of each directive that systemd 219 does not know what is lost without it", () => {
  const newer = rows.filter(({ since }) => since > amazonLinux2);
  expect(newer.length).toBeGreaterThan(20);
  expect(newer.filter(({ there }) => !/^(lost|nothing lost|refused|left out)\b/.test(there))).toEqual([]);
  const older = rows.filter(({ since }) => since <= amazonLinux2);
  expect(older.filter(({ there }) => !/^(holds|left out)\b/.test(there))).toEqual([]);
});

test("USE-21 where a unit makes the system read-only, systemd 219 is left with the most that it knows", () => {
  for (const file of unitFiles()) {
    const values = [...read(file).matchAll(/^ProtectSystem=(.*)$/gm)].map(([, value]) => value);
    expect([file, values]).toEqual([file, values.length === 0 ? [] : ["full", "strict"]]);
  }
});

test("USE-21 no group of system calls reaches systemd 219, which would allow no call at all", () => {
  for (const file of unitFiles()) {
    const outside = read(file).replace(/^\{% if ansible_facts.*? != '2' %\}$.*?^\{% endif %\}$/gms, "");
    expect([file, /^SystemCall/m.test(outside)]).toEqual([file, false]);
  }
});

test("USE-20 when memory runs out, jobs go before the API, and MySQL goes last", () => {
  const adjust = (text: string) =>
    [...text.matchAll(/OOMScoreAdjust=(-?\d+)/g)].map(([, value]) => Number(value));
  const folder = "ansible/roles/backend/templates";
  const [jobs] = adjust(read(`${folder}/hardening.j2`));
  const [api] = adjust(read(`${folder}/tintype-backend.service.j2`));
  const [mysql] = adjust(read("infra/src/constructs/ec2/user-data/backend.sh"));
  expect([mysql, api, jobs]).toEqual([-600, 300, 600]);
});
