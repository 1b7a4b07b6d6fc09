import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { operatorPublicKey } from "../../../deploy/ec2/operator.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

test("a key is made once", async () => {
  const blue = scratchDeployment();
  const key = await operatorPublicKey(blue);
  expect(key).toMatch(/^ssh-ed25519 \S+ tintype-blue$/);
  expect(await operatorPublicKey(blue)).toBe(key);
});

test("a public key that was lost comes back from the private one", async () => {
  const blue = scratchDeployment();
  const key = await operatorPublicKey(blue);
  const secret = readFileSync(blue.privateKey, "utf8");
  rmSync(`${blue.privateKey}.pub`);
  expect((await operatorPublicKey(blue)).split(" ")[1]).toBe(key.split(" ")[1]);
  expect(readFileSync(blue.privateKey, "utf8")).toBe(secret);
});

test("a private key that is broken is reported, not replaced", async () => {
  const blue = scratchDeployment();
  writeFileSync(blue.privateKey, "", { mode: 0o600 });
  await expect(operatorPublicKey(blue)).rejects.toThrow("ssh-keygen");
  await expect(operatorPublicKey(blue)).rejects.toThrow("ssh-keygen");
});
