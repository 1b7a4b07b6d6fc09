import { PassThrough } from "node:stream";
import { expect, jest, test } from "@jest/globals";
import { local } from "../../../deploy/clouds/local.ts";
import { passkeysOn } from "../../../deploy/ec2/hosts/passkeys.ts";
import { passkeyCountsCommand } from "../../../deploy/ec2/hosts/host-commands.ts";
import { type PasskeyCounts, renamingOf, requireConsentToLeave } from "../../../deploy/site/left-passkeys.ts";
import { UserError } from "../../../cli/user-error.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

/** What Terraform 1.5 prints of outputs that differ. */
const planOf = (...lines: string[]) =>
  ["Plan: 0 to add, 1 to change, 0 to destroy.", "", "Changes to Outputs:", ...lines, ""].join("\n");
const renamed = planOf(
  '  + certificate = "a"',
  '  ~ url         = "https://old.example" -> "https://www.old.example"',
);
const blue = scratchDeployment();

function terminal(typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.end(typed);
  return { yes: false, input, output: new PassThrough() };
}
const detached = { yes: false, input: new PassThrough(), output: new PassThrough() };
const counted = (counts: PasskeyCounts) => async () => counts;

async function reported(work: () => Promise<void>): Promise<string> {
  const written: string[] = [];
  const spy = jest
    .spyOn(process.stderr, "write")
    .mockImplementation((text) => written.push(String(text)) > 0);
  await work().finally(() => spy.mockRestore());
  return written.join("");
}

test.each([
  [renamed, { from: "old.example", to: "www.old.example" }],
  [
    planOf('  ~ url = "https://old.example" -> "http://ec2-203-0-113-4.amazonaws.com"'),
    { from: "old.example" },
  ],
  [planOf('  ~ url = "https://a.cloudfront.net" -> (known after apply)'), { from: "a.cloudfront.net" }],
  [
    planOf('  ~ url = "http://localhost:8080" -> "https://a.example"'),
    { from: "localhost", to: "a.example" },
  ],
  [planOf('  ~ url = "http://203.0.113.4" -> "https://a.example"'), undefined],
  [planOf('  ~ url = "https://a.example" -> "https://a.example/"'), undefined],
  [planOf('  ~ apiUrl = "https://a.example" -> "https://b.example"'), undefined],
  [planOf('  + url = "https://a.example"'), undefined],
])("PKY-09 a plan shows whether passkeys lose their name: %#", (plan, expected) => {
  expect(renamingOf(plan)).toEqual(expected);
});

test("PKY-09 the deploy reports how many passkeys of the present name stop working, and asks", async () => {
  const counts = counted({ "old.example": 3, "www.old.example": 2 });
  const asked = terminal("blue\n");
  const text = await reported(() => requireConsentToLeave(blue, renamed, counts, asked));
  expect(text).toContain("3 passkeys stop working: browsers use them at old.example alone");
  expect(text).toContain("the site goes to www.old.example");
  expect(text).toContain("back at old.example they work again");
  expect(String(asked.output.read())).toContain("3 passkeys stop working. Type its name to go on:");
  await reported(() =>
    expect(requireConsentToLeave(blue, renamed, counts, terminal("y\n"))).rejects.toThrow(
      "nothing was changed",
    ),
  );
  await reported(() =>
    expect(requireConsentToLeave(blue, renamed, counts, detached)).rejects.toThrow(
      "make deploy NAME=blue YES=1",
    ),
  );
  const confirmed = { ...detached, yes: true };
  expect(await reported(() => requireConsentToLeave(blue, renamed, counts, confirmed))).toContain(
    "3 passkeys",
  );
});

test("PKY-09 a rehearsal is not asked, and a number that cannot be read is asked about too", async () => {
  const disposable = { ...blue, cloud: local };
  const one = counted({ "old.example": 1 });
  expect(await reported(() => requireConsentToLeave(disposable, renamed, one, detached))).toContain(
    "1 passkey stops working",
  );
  await reported(() =>
    expect(requireConsentToLeave(blue, renamed, counted(undefined), detached)).rejects.toThrow("YES=1"),
  );
});

test("PKY-09 there is no question without passkeys of the present name, and none are counted if it stays", async () => {
  const never = () => Promise.reject(new Error("counted"));
  await requireConsentToLeave(blue, planOf('  + bucket = "a"'), never, detached);
  const others = counted({ "www.old.example": 2 });
  expect(await reported(() => requireConsentToLeave(blue, renamed, others, detached))).toBe("");
});

test("PKY-09 the backend host's lines are read, and a host that does not answer leaves the number unknown", async () => {
  const answering = (code: number, stdout: string) => ({
    run: async (_host: string, command: string) => {
      expect(command).toBe(passkeyCountsCommand);
      return { code, stdout, stderr: "" };
    },
  });
  const rows = "old.example\t12\nwww.old.example\t1\n";
  expect(await passkeysOn(answering(0, rows))).toEqual({ "old.example": 12, "www.old.example": 1 });
  expect(await passkeysOn(answering(0, ""))).toEqual({});
  expect(await passkeysOn(answering(1, ""))).toBeUndefined();
  const stopped = { run: () => Promise.reject(new UserError("stopped")) };
  expect(await passkeysOn(stopped)).toBeUndefined();
});
