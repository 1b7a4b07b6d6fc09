import { hostname, userInfo } from "node:os";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
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
  /** By whom and when it was last written. @default - before this was recorded */
  readonly changed?: { readonly by: string; readonly at: string };
}

export const maxReleases = 10;

/** In the bucket of images, which no edge reads: what is gone with the deployment, and what another machine needs too. */
const Key = "releases/history.json";

const none: History = { live: undefined, releases: [] };

interface Stored {
  readonly history: History;
  /** Undefined if there is no object yet. */
  readonly etag: string | undefined;
  readonly text: string;
}

async function stored(client: S3Client, Bucket: string): Promise<Stored> {
  try {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const text = await Body!.transformToString();
    return { history: JSON.parse(text) as History, etag: ETag, text };
  } catch (error) {
    if ((error as Error).name === "NoSuchKey") return { history: none, etag: undefined, text: "" };
    throw error;
  }
}

export const readHistory = async (client: S3Client, Bucket: string): Promise<History> =>
  (await stored(client, Bucket)).history;

/** The history in the hands of one command. Two machines have no lock in common: of two at once, one is refused. */
export interface HistoryFile {
  /** As it was read, or last written. */
  current(): History;
  /** Writes over what was read or written before; a UserError if another machine has written since. */
  write(history: History): Promise<void>;
  /** The same UserError, without a write. */
  requireUnchanged(): Promise<void>;
}

export async function openHistory(
  client: S3Client,
  Bucket: string,
  { make }: Pick<Deployment, "make">,
): Promise<HistoryFile> {
  let { history, etag } = await stored(client, Bucket);
  const by = `${userInfo().username}@${hostname()}`;

  function overtaken({ changed }: History): UserError {
    const who = changed === undefined ? "Another machine has" : `${changed.by} has, at ${changed.at}`;
    return new UserError(
      `Two machines change the releases of this deployment at once. ${who}, and this one stops before it is done.\n` +
        `What serves: ${make("status")}\nTo have what is here serve, once the other has ended: ${make("deploy")}`,
    );
  }

  return {
    current: () => history,
    async write(next) {
      const Body = JSON.stringify({ ...next, changed: { by, at: new Date().toISOString() } }, null, 1);
      const condition = etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag };
      const put = { Bucket, Key, Body, ContentType: "application/json", ...condition };
      try {
        etag = (await client.send(new PutObjectCommand(put))).ETag;
      } catch (error) {
        const { name } = error as Error;
        if (!/^(PreconditionFailed|ConditionalRequestConflict|NoSuchKey)$/.test(name)) throw error;
        const found = await stored(client, Bucket);
        if (found.text !== Body) throw overtaken(found.history); // the same: a reply was lost, and the SDK sent it again
        etag = found.etag;
      }
      history = next;
    },
    async requireUnchanged() {
      const found = await stored(client, Bucket);
      if (found.etag !== etag) throw overtaken(found.history);
    },
  };
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
