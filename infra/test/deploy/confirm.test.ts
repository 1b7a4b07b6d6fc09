import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { agrees, confirmDestroy, confirmRestore } from "../../deploy/confirm.ts";
import { local } from "../../deploy/clouds/local.ts";
import { scratchDeployment } from "./scratch-deployment.ts";

const aws = scratchDeployment();

/** A terminal at which this is typed. */
function asked(typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.end(typed);
  const output = new PassThrough();
  return { yes: false, input, output };
}

test("the deployment's name lets it go", async () => {
  const terminal = asked("blue\n");
  await confirmDestroy(aws, terminal);
  expect(String(terminal.output.read())).toContain("This removes blue from AWS in us-east-1, data included.");
});

test("SLS-73 the question says what goes with it, if that is known", async () => {
  const terminal = asked("blue\n");
  await confirmDestroy(aws, terminal, async () => "about 3 accounts");
  expect(String(terminal.output.read())).toContain("from AWS in us-east-1, data included: about 3 accounts.");
});

test.each(["y\n", "yes\n", "\n", "blu\n", ""])("%j does not", async (typed) => {
  await expect(confirmDestroy(aws, asked(typed))).rejects.toMatchObject({
    message: "That is not its name: nothing was removed.",
    exitCode: 2,
  });
});

test("without a terminal it has to be confirmed by a setting", async () => {
  const detached = { yes: false, input: new PassThrough(), output: new PassThrough() };
  await expect(confirmDestroy(aws, detached)).rejects.toThrow("make destroy NAME=blue YES=1");
  await expect(confirmDestroy(aws, { ...detached, yes: true })).resolves.toBeUndefined();
  await expect(confirmDestroy({ ...aws, cloud: local }, detached)).resolves.toBeUndefined();
});

test("a restore says what it replaces, and takes the name alone", async () => {
  const terminal = asked("blue\n");
  await confirmRestore(aws, terminal, "This replaces 3 accounts.");
  expect(String(terminal.output.read())).toContain("This replaces 3 accounts. Type its name to go on:");
  await expect(confirmRestore(aws, asked("latest\n"), "")).rejects.toThrow("nothing was replaced");
  const detached = { yes: false, input: new PassThrough(), output: new PassThrough() };
  await expect(confirmRestore(aws, detached, "")).rejects.toThrow("make restore NAME=blue YES=1");
});

test.each([
  ["\n", true],
  ["y\n", true],
  ["n\n", false],
  ["No\n", false],
])("a last backup is offered at a terminal: %j is %s", async (typed, expected) => {
  const terminal = asked(typed);
  expect(await agrees("Keep a last backup?", terminal)).toBe(expected);
  expect(String(terminal.output.read())).toBe("Keep a last backup? [Y/n] ");
});

test("no last backup is offered without a terminal, or if none is wanted", async () => {
  const detached = { yes: false, input: new PassThrough(), output: new PassThrough() };
  expect(await agrees("Keep?", detached)).toBe(false);
  expect(await agrees("Keep?", { ...asked("y\n"), yes: true })).toBe(false);
});
