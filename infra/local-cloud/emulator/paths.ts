import { join } from "node:path";
import { stateRoot } from "../../cli/paths.ts";

/** What the local cloud keeps while it runs, for all deployments of this clone. */
export const cloudFolder = join(stateRoot, "local-cloud");
