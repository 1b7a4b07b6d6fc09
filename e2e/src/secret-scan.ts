import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readZip } from "../../infra/local-cloud/serverless/lambda/zip.ts";

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

/** Those of the archives in a folder, tar files and zips, that hold one of the secrets. */
export function archivesThatLeak(folder: string, secrets: readonly string[]): string[] {
  const archives = readdirSync(folder).filter((name) => /\.(tar\.gz|zip)$/.test(name)); // not what is being written
  return archives.filter((name) => {
    const archive = readFileSync(join(folder, name));
    const contents = name.endsWith(".zip") ? readZip(archive).map(({ data }) => data) : [gunzipSync(archive)];
    return secrets.some((secret) => contents.some((bytes) => bytes.includes(secret)));
  });
}
