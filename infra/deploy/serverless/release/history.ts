import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { FunctionName } from "../outputs.ts";

/** A release: versions of functions, and the page that belongs to them. */
export interface ReleaseRecord {
  readonly at: string;
  readonly versions: Readonly<Record<FunctionName, string>>;
  readonly site: {
    readonly id: string;
    /** Paths of all its files. */
    readonly files: readonly string[];
  };
}

export interface History {
  /** `at` of the release that serves. */
  readonly live: string | undefined;
  /** Id of the page that is served; undefined while another one is put in its place. */
  readonly page?: string | undefined;
  /** The newest first. */
  readonly releases: readonly ReleaseRecord[];
}

export const maxReleases = 10;

/** In the bucket of images, which no edge reads: what is gone with the deployment, and what another machine needs too. */
const Key = "releases/history.json";

const none: History = { live: undefined, releases: [] };

export async function readHistory(client: S3Client, Bucket: string): Promise<History> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse(await Body!.transformToString()) as History;
  } catch (error) {
    if ((error as Error).name === "NoSuchKey") return none;
    throw error;
  }
}

export async function writeHistory(client: S3Client, Bucket: string, history: History): Promise<void> {
  const Body = JSON.stringify(history, null, 1);
  await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" }));
}

/** The history with a release that is about to serve; one that is the same as the newest keeps its place. */
export function withRelease(
  history: History,
  release: ReleaseRecord,
): { history: History; release: ReleaseRecord } {
  const [newest] = history.releases;
  if (newest !== undefined && isSame(newest, release)) return { history, release: newest };
  const { live, page } = history;
  // The one that serves comes next, however old: it is the one to go back to.
  const former = history.releases.filter(({ at }) => at === live);
  const others = history.releases.filter(({ at }) => at !== live);
  return {
    history: { live, page, releases: [release, ...former, ...others].slice(0, maxReleases) },
    release,
  };
}

/** The release before the one that serves; undefined if none is kept. */
export function releaseBefore({ live, releases }: History): ReleaseRecord | undefined {
  const at = releases.findIndex((release) => release.at === live);
  return at < 0 ? undefined : releases[at + 1];
}

function isSame(a: ReleaseRecord, b: ReleaseRecord): boolean {
  const names = Object.keys(a.versions) as FunctionName[];
  return a.site.id === b.site.id && names.every((name) => a.versions[name] === b.versions[name]);
}
