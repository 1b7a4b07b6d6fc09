import { expect, test } from "@jest/globals";
import { reasonOf, recapOf, utf8Locale } from "../../../../deploy/ec2/release/ansible.ts";

const printed = `
TASK [backend : Write the settings] ********************************************
ok: [backend]

TASK [backend : Switch to the release] *****************************************
fatal: [backend]: FAILED! => {"changed": false, "msg": "non-zero return code", "rc": 1, "stderr": "It ended.\\n\\nno key\\n", "stdout": ""}

PLAY RECAP *********************************************************************
backend                    : ok=31   changed=4    unreachable=0    failed=1    skipped=0
`;

test("a task that failed is reported by what its command printed, in lines", () => {
  expect(reasonOf(printed)).toBe("backend: backend : Switch to the release failed.\n\nIt ended.\n\nno key");
});

test.each([
  ["no command failed", printed.replace(/"stderr": "[^"]*"/, '"module_stderr": "x"')],
  ["a host was not reached", 'fatal: [backend]: UNREACHABLE! => {"stderr": "x"}'],
  ["what is printed is cut off", printed.slice(0, printed.indexOf("It ended"))],
])("nothing is made up where %s", (_why, text) => {
  expect(reasonOf(text)).toBeUndefined();
});

test("the recap tells of each host what it changed", () => {
  expect(recapOf(printed)).toEqual(["backend: 31 ok, 4 changed"]);
});

test("USE-11 Ansible gets a locale that its system has", () => {
  expect([utf8Locale("linux"), utf8Locale("darwin")]).toEqual(["C.UTF-8", "en_US.UTF-8"]);
});
