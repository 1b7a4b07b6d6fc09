import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { FrontDoor } from "../../../deploy/clouds/cloud.ts";
import { ask } from "../../../deploy/site/client.ts";
import { run } from "../../../cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-door-"));
let server: Server;
let port: number;

/** A certificate for a name that is its own authority. */
async function certificate(file: string, name: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [join(folder, `${file}.key`), join(folder, `${file}.pem`)];
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`, "-keyout", key, "-out", cert],
  ]);
  return { key, cert };
}

beforeAll(async () => {
  const { key, cert } = await certificate("site", "tintype.test");
  await certificate("other", "tintype.test");
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    response.end(`${request.headers.host}${request.url}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function door(name: string, root: string): FrontDoor {
  const local = { address: "127.0.0.1", port, httpPort: 80, root: join(folder, `${root}.pem`) };
  return { url: `https://${name}`, local };
}

test("a site is asked by its name where no DNS knows it", async () => {
  expect(await ask(door("tintype.test", "site"), "/api/ready")).toEqual({
    status: 200,
    text: "tintype.test/api/ready",
  });
});

test.each([
  ["another authority", door.bind(undefined, "tintype.test", "other")],
  ["another name", door.bind(undefined, "other.test", "site")],
])("a certificate of %s is none", async (_what, made) => {
  await expect(ask(made(), "/")).rejects.toThrow(/certificate|altnames/);
});
