import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchBytes } from "../../../cli/download.ts";
import { UserError } from "../../../cli/user-error.ts";
import { stateRoot } from "../../../cli/paths.ts";
import { requireTools } from "../../../cli/requirements.ts";
import { run, which } from "../../../cli/run.ts";
import { sha256 } from "../../../cli/sha256.ts";
import { makeWhole } from "../../../cli/atomic-file.ts";

/** lego, which asks for the site's certificate: a binary for the frontend host. */
export interface AcmeClient {
  readonly version: string;
  readonly binary: string;
}

/** Its makers' build, which needs no C library. The sum is that of the release's own list and of packages made of it. */
const pinned = {
  version: "4.35.2",
  url: "https://github.com/go-acme/lego/releases/download/v4.35.2/lego_v4.35.2_linux_amd64.tar.gz",
  sha256: "ee5be4bf457de8e3efa86a51651c75c87f0ee0e4e9f3ae14f6034d68365770f3",
};

/** The pinned release; where that cannot be fetched, what this machine has or may install. */
export async function acmeClient(): Promise<AcmeClient> {
  const folder = join(stateRoot, "lego", pinned.version);
  try {
    await makeWhole(folder, unpack);
    return { version: pinned.version, binary: join(folder, "lego") };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await requireTools(["lego"]);
    return { version: "distribution", binary: which("lego")! };
  }
}

async function unpack(aside: string): Promise<void> {
  const bytes = await fetchBytes(pinned.url);
  if (sha256(bytes) !== pinned.sha256)
    throw new Error(`${pinned.url} is not what it was when it was pinned.`);
  mkdirSync(aside, { recursive: true });
  writeFileSync(join(aside, "archive.tar.gz"), bytes);
  await run("tar", ["-xzf", join(aside, "archive.tar.gz"), "-C", aside, "lego"]);
}
