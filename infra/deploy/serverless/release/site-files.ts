import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { inParallel } from "../../../cli/in-parallel.ts";
import type { ReleaseRecord } from "./history.ts";

/** The page's files, addressed by their content. */
export interface SiteFiles {
  readonly id: string;
  readonly files: readonly { readonly path: string; readonly data: Buffer }[];
}

export interface SiteBuckets {
  readonly client: S3Client;
  /** What the edge reads. */
  readonly site: string;
  /** Where the files without a hash in their name are kept by release. */
  readonly kept: string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** A file below `assets/` has a hash of its content in its name. */
export const isImmutable = (path: string) => path.startsWith("assets/");

/** `index.html` comes last: it names the others. */
export const rootFiles = (paths: readonly string[]) =>
  paths.filter((path) => !isImmutable(path)).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

const rank = (path: string) => (path === "index.html" ? 1 : 0);

export function headersOf(path: string): { ContentType: string; CacheControl: string } {
  return {
    ContentType: types[extname(path)] ?? "application/octet-stream",
    CacheControl: isImmutable(path) ? "public, max-age=31536000, immutable" : "no-cache",
  };
}

/** All files below a folder, by their path from it. */
export function filesIn(root: string): SiteFiles["files"] {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  const files = paths.filter((path) => statSync(join(root, path)).isFile());
  return files.map((path) => ({ path, data: readFileSync(join(root, path)) }));
}

const keptKey = (id: string, path: string) => `releases/${id}/${path}`;

/** Puts what no page names yet: new files with a hash, and the others beside the site. */
export async function uploadSite(
  { client, site, kept }: SiteBuckets,
  { id, files }: SiteFiles,
): Promise<void> {
  const present = new Set(await keysIn(client, site, "assets/"));
  await inParallel(files, async ({ path, data }) => {
    if (!isImmutable(path)) {
      await client.send(
        new PutObjectCommand({ Bucket: kept, Key: keptKey(id, path), Body: data, ...headersOf(path) }),
      );
    } else if (!present.has(path)) {
      await client.send(new PutObjectCommand({ Bucket: site, Key: path, Body: data, ...headersOf(path) }));
    }
  });
}

/** Has the page of a release served: its files without a hash, `index.html` last. */
export async function serveSite(
  { client, site, kept }: SiteBuckets,
  { id, files }: ReleaseRecord["site"],
): Promise<void> {
  for (const path of rootFiles(files)) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: kept, Key: keptKey(id, path) }));
    const data = await Body!.transformToByteArray();
    await client.send(new PutObjectCommand({ Bucket: site, Key: path, Body: data, ...headersOf(path) }));
  }
}

/** Another machine may be about to release what it has uploaded. */
const youngMs = 3_600_000;

/** Removes the files that no release names, after an hour: pages that are open load those of the releases before. */
export async function removeOtherFiles(
  { client, site, kept }: SiteBuckets,
  releases: readonly ReleaseRecord[],
  now: Date,
): Promise<void> {
  const before = new Date(now.getTime() - youngMs);
  const named = new Set(releases.flatMap((release) => release.site.files));
  const own = new Set(releases.flatMap(({ site: { id, files } }) => files.map((path) => keptKey(id, path))));
  const assets = (await keysIn(client, site, "assets/", before)).filter((key) => !named.has(key));
  const pages = (await keysIn(client, kept, "releases/", before)).filter(
    (key) => key.split("/").length > 2 && !own.has(key),
  );
  await remove(client, site, assets);
  await remove(client, kept, pages);
}

/** `before`: only what was stored before then. */
async function keysIn(client: S3Client, Bucket: string, Prefix: string, before?: Date): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    const wanted = Contents.filter(({ LastModified }) => before === undefined || LastModified! < before);
    keys.push(...wanted.map(({ Key }) => Key!));
  }
  return keys;
}

async function remove(client: S3Client, Bucket: string, keys: readonly string[]): Promise<void> {
  for (let first = 0; first < keys.length; first += 1000) {
    const Objects = keys.slice(first, first + 1000).map((Key) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
}
