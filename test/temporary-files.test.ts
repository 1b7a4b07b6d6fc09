import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const templates = join(import.meta.dirname, "..", "ansible/roles/backend/templates");
const read = (name: string) => readFileSync(join(templates, name), "utf8");

test("what the application works on in files is on the disk, not in memory, and private", () => {
  const shared = read("hardening.j2").split("\n");
  expect(shared).toEqual(expect.arrayContaining(["PrivateTmp=true", "Environment=TMPDIR=/var/tmp"]));
  const programs = readdirSync(templates).filter((name) => /^ExecStart=.*\/node /m.test(read(name)));
  expect(programs).toContain("tintype-backend.service.j2");
  for (const name of programs) expect([name, read(name)]).toEqual([name, including("hardening.j2")]);
});

const including = (name: string) => expect.stringContaining(`{% include '${name}' %}`);
