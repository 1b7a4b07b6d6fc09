import { expect, test } from "@jest/globals";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ansiblePlaybook, type ansibleRanges, faultOfAnsible, mitogenSettings } from "../../cli/ansible.ts";

type System = keyof typeof ansibleRanges;
const printed = (version: string) => `ansible-playbook [core ${version}]\n  config file = None\n`;

test.each<[string, System]>([
  ["2.14.0", "al2"],
  ["2.16.14", "al2"],
  ["2.19.5", "al2"],
  ["2.14.18", "al2023"],
  ["2.21.4", "al2023"],
])("USE-17 ansible-core %s manages hosts with OS=%s", (version, os) => {
  expect(faultOfAnsible(printed(version), os)).toBeUndefined();
});

test.each<[string, System, string]>([
  ["2.13.9", "al2", "ansible-core>=2.14,<2.20"],
  ["2.20.0", "al2", "ansible-core>=2.14,<2.20"],
  ["2.21.4", "al2", "ansible-core>=2.14,<2.20"],
  ["3.0.0", "al2", "ansible-core>=2.14,<2.20"],
  ["2.22.0", "al2023", "ansible-core>=2.14,<2.22"],
])("USE-17 ansible-core %s is refused for OS=%s, with one that works", (version, os, wanted) => {
  const fault = faultOfAnsible(printed(version), os);
  expect(fault).toContain(`pipx install --force '${wanted}'`);
  expect(fault).toContain(version.split(".").slice(0, 2).join("."));
});

test("USE-17 a version too new for Amazon Linux 2 is refused with the other system as a way out", () => {
  expect(faultOfAnsible(printed("2.20.0"), "al2")).toContain("OS=al2023");
});

test.each(["", "command not found", "ansible-playbook 2.9.27"])(
  "USE-17 what says no version that works, such as %j, is refused",
  (text) => {
    expect(faultOfAnsible(text, "al2")).toContain("pipx install");
  },
);

test("USE-12 Ansible needs no home folder that can be written to", async () => {
  const { code, stdout } = await ansiblePlaybook(["--version"], { env: { HOME: "/proc/1/no-home" } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ansible-playbook/);
});

test("Mitogen is used if Ansible's own Python has it, and not where its log would show what tasks return", async () => {
  const { ANSIBLE_STRATEGY: strategy, ANSIBLE_STRATEGY_PLUGINS: folder = "" } = await mitogenSettings({});
  if (strategy !== undefined) expect(existsSync(join(folder, `${strategy}.py`))).toBe(true);
  expect(await mitogenSettings({ ANSIBLE_VERBOSITY: "3" })).toEqual({});
});
