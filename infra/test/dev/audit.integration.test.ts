import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "../../..");
const registries: Server[] = [];
const caches: string[] = [];
afterEach(() => {
  registries.splice(0).forEach((registry) => registry.close());
  caches.splice(0).forEach((cache) => rmSync(cache, { recursive: true }));
});

/** Runs the audit against a registry that answers questions for advisories in this way. */
async function audited(status: number, advisories: object): Promise<{ code: number; output: string }> {
  const registry = createServer((req, res) => {
    const isBulk = req.url?.endsWith("/advisories/bulk") ?? false;
    res.writeHead(isBulk ? status : 404, { "content-type": "application/json" });
    res.end(JSON.stringify(isBulk ? advisories : {}));
  }).listen(0, "127.0.0.1");
  registries.push(registry);
  await once(registry, "listening");
  const { port } = registry.address() as AddressInfo;
  const npm_config_cache = mkdtempSync(join(tmpdir(), "tintype-npm-")); // npm keeps what it worked out of advisories
  caches.push(npm_config_cache);
  const env = { ...process.env, npm_config_cache, npm_config_registry: `http://127.0.0.1:${port}/` };
  return new Promise((resolve) =>
    execFile(process.execPath, ["infra/dev/audit.mjs"], { cwd: repository, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
    ),
  );
}

const advisory = (severity: string) => ({
  express: [{ id: 1, url: "", title: "a fault", severity, vulnerable_versions: "*", cwe: [], cvss: {} }],
});

test("USE-29 a grave vulnerability of a package that is deployed fails the check, and is named", async () => {
  const { code, output } = await audited(200, advisory("high"));
  expect(code).toBe(1);
  expect(output).toMatch(/^high: express, a fault$/m);
});

test("USE-29 no vulnerability, or a small one, passes in silence", async () => {
  expect(await audited(200, {})).toEqual({ code: 0, output: "" });
  expect(await audited(200, advisory("low"))).toEqual({ code: 0, output: "" });
});

test("USE-29 a registry without audits passes, and the check says so", async () => {
  const { code, output } = await audited(405, {});
  expect(code).toBe(0);
  expect(output).toMatch(/^Not audited.*405/);
});
