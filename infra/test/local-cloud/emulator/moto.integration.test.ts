import { expect, test } from "@jest/globals";
import { PassThrough } from "node:stream";
import { startMoto } from "../../../local-cloud/emulator/moto.ts";
import { endChild } from "../../../cli/end-child.ts";

test("moto logs what befalls it, and no request's URL", async () => {
  const log = new PassThrough().setEncoding("utf8");
  const moto = await startMoto(log);
  const answer = await fetch(new URL("/photos/me.png?X-Amz-Signature=0123456789abcdef", moto.url));
  await endChild(moto.process);
  const text = log.read() as string;
  expect(answer.status).toBe(404);
  expect(text).toContain("Running on");
  expect(text).not.toMatch(/photos|0123456789abcdef/);
});
