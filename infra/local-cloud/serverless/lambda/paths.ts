import { join } from "node:path";

/** The runtime that each environment starts. */
export const lambdaBootstrap = join(import.meta.dirname, "bootstrap.mjs");
