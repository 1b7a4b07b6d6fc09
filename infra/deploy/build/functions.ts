import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeWhole } from "../../cli/atomic-file.ts";
import { stateRoot } from "../../cli/paths.ts";
import { run } from "../../cli/run.ts";
import { inOwnFolder, source } from "./release.ts";

/** The code of functions, addressed by its content: the same source gives the same bytes. */
export interface FunctionArchive {
  /** A zip archive, named by its content. */
  readonly file: string;
  /** SHA-256 in base64, as Lambda computes it. */
  readonly hash: string;
}

/** One for what answers requests and runs jobs, and one for the decoder with its native library. */
export interface FunctionArchives {
  readonly api: FunctionArchive;
  readonly images: FunctionArchive;
}

/** What the build writes down of each archive. */
interface Written {
  readonly path: string;
  readonly hash: string;
}

const folder = join(stateRoot, "releases");

/** Builds and packs the functions. */
export const buildFunctions = (log: string): Promise<FunctionArchives> =>
  inOwnFolder("app-backend", (out) => built(out, log));

async function built(out: string, log: string): Promise<FunctionArchives> {
  const args = ["--import", "tsx", "app-backend/build.ts", out, "serverless"];
  await run(process.execPath, args, { cwd: source, log });
  const written = JSON.parse(readFileSync(join(out, "archives.json"), "utf8")) as Record<
    keyof FunctionArchives,
    Written
  >;
  const kept = async ({ path, hash }: Written) => {
    const file = join(folder, path);
    await makeWhole(file, async (aside) => copyFileSync(join(out, path), aside));
    return { file, hash };
  };
  return { api: await kept(written.api), images: await kept(written.images) };
}
