import { createHash } from "node:crypto";
import { cloudFolder } from "../emulator/paths.ts";

/** Names the execution environments of this clone's local cloud: another clone on this machine has its own. */
export const sandboxLabel = createHash("sha256").update(cloudFolder).digest("hex").slice(0, 12);
