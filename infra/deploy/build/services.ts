import { chmodSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../cli/paths.ts";
import { run } from "../../cli/run.ts";
import { contentHash, inOwnFolder, source } from "./release.ts";

/** What services/Dockerfile copies. */
const bundle = join(repository, "services/dist");

/** Builds the services into services/dist. Returns the release: a hash of the content. Not for two processes at once. */
export const buildServices = (log: string): Promise<string> =>
  inOwnFolder("app-backend", async (out) => {
    await run(process.execPath, ["--import", "tsx", "app-backend/build.ts", out, "services"], {
      cwd: source,
      log,
    });
    rmSync(bundle, { recursive: true, force: true });
    cpSync(out, bundle, { recursive: true });
    chmodSync(bundle, 0o755);
    return contentHash(bundle);
  });
