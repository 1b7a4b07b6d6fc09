import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";

const kept = ["terraform.tfstate", "terraform.tfstate.backup", "cdk.tf.json", "inventory.json"];
const privateKey = "PRIVATE KEY-----";

/** Files below a deployment's folder that people read, copy and share, and that must not hold secrets. */
export function openFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => kept.includes(basename(path)) || /^log\/[^/]+$/.test(path))
    .toSorted();
}

/** Those of the files that hold one of the secrets, or a private key. Never says which secret. */
export function filesThatLeak(
  folder: string,
  files: readonly string[],
  secrets: readonly string[],
): string[] {
  return files.filter((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return [privateKey, ...secrets].some((secret) => text.includes(secret));
  });
}

/** Those of the gzipped archives in a folder that hold one of the secrets. */
export function archivesThatLeak(folder: string, secrets: readonly string[]): string[] {
  return readdirSync(folder).filter((name) => {
    const bytes = gunzipSync(readFileSync(join(folder, name)));
    return secrets.some((secret) => bytes.includes(secret));
  });
}
