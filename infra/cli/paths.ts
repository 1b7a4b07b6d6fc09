import { join } from "node:path";

export const repository = join(import.meta.dirname, "../..");
/** Everything that commands keep between runs. Ignored by git. */
export const stateRoot = join(repository, ".tintype");
