import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { confirmDestroy } from "../../deploy/confirm.ts";
import { scratchDeployment } from "./scratch-deployment.ts";

const aws = scratchDeployment();

/** At a terminal, where somebody types this. */
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

test.each(["y\n", "yes\n", "\n", "blu\n", ""])("%j does not", async (typed) => {
  await expect(confirmDestroy(aws, asked(typed))).rejects.toMatchObject({
    message: "That is not its name: nothing was removed.",
    exitCode: 2,
  });
});

test("where nobody can be asked, it has to be said before", async () => {
  const nobody = { yes: false, input: new PassThrough(), output: new PassThrough() };
  await expect(confirmDestroy(aws, nobody)).rejects.toThrow("make destroy NAME=blue YES=1");
  await expect(confirmDestroy(aws, { ...nobody, yes: true })).resolves.toBeUndefined();
  await expect(confirmDestroy({ ...aws, cloud: "local" }, nobody)).resolves.toBeUndefined();
});
