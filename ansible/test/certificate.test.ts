import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../roles/frontend/files/certificate.sh");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-certificate-"));
  for (const folder of ["programs", "etc/tintype/certificates", "var/lib/tintype/lego/certificates"])
    mkdirSync(join(root, folder), { recursive: true });
  const settings = ["DOMAIN=tintype.test", "ACME_DIRECTORY=https://acme.test/dir", "LEGO=lego"];
  writeFileSync(join(root, "etc/tintype/acme.env"), settings.join("\n"));
  const saved = `${root}/var/lib/tintype/lego/certificates/tintype.test`;
  const key = `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${saved}.key`;
  const names = "-subj /CN=tintype.test -addext subjectAltName=DNS:tintype.test";
  program("lego", `openssl req -x509 -days 90 ${key} -out ${saved}.crt ${names} 2>/dev/null`);
  for (const name of ["nginx", "systemctl"]) program(name, `echo ${name} $* >>${root}/calls`);
});
afterEach(() => rmSync(root, { recursive: true }));

/** Stands in for a program of the host. */
function program(name: string, shell: string): void {
  writeFileSync(join(root, "programs", name), `#!/bin/bash\n${shell}\n`, { mode: 0o755 });
}

function certificate(command: string) {
  const env = { PATH: `${root}/programs:${process.env["PATH"]}`, TINTYPE_ROOT: root };
  return spawnSync("bash", [script, command], { encoding: "utf8", env }).status;
}

const live = (name: string) => join(root, "etc/tintype/tls", name);
const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

test("a certificate that is issued is good, and nginx reads it", () => {
  expect(certificate("look")).toBe(3);
  expect(certificate("issue")).toBe(0);
  expect(certificate("look")).toBe(0);
  expect(calls()).toEqual(["nginx -t -q", "systemctl reload nginx"]);
  expect(existsSync(live("not-served"))).toBe(false);
});

test("a certificate comes to the disk before it takes the place of the one that is served", () => {
  certificate("issue");
  const [before, after] = [readFileSync(live("site.crt"), "utf8"), join(root, "after")];
  const written = `grep -c BEGIN ${root}/etc/tintype/tls.new/site.*`;
  program("sync", `cat ${live("site.crt")} >${root}/served; ${written} >${after}`);
  expect(certificate("issue")).toBe(0); // it is good
  expect(existsSync(after)).toBe(false);
  writeFileSync(join(root, "etc/tintype/acme.env"), "\nRENEW_BELOW_PERCENT=100\n", { flag: "a" });
  expect(certificate("renew")).toBe(0);
  expect(readFileSync(join(root, "served"), "utf8")).toBe(before);
  expect(readFileSync(after, "utf8").match(/:1$/gm)).toHaveLength(2);
  expect(readFileSync(live("site.crt"), "utf8")).not.toBe(before);
});

test.each(["site.crt", "site.key"])("TLS-06 where %s is empty another certificate is asked for", (name) => {
  certificate("issue");
  writeFileSync(live(name), "");
  expect(certificate("look")).toBe(3);
  expect(certificate("issue")).toBe(0);
  expect(certificate("look")).toBe(0);
});
