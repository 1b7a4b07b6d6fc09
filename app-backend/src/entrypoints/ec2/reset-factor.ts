import { readFileSync } from "node:fs";
import { openFactorReset } from "../../compose/ec2-jobs.ts";
import { serverConfig } from "../../config/ec2.ts";
import { orExit } from "./or-exit.ts";

// `reset-factor.mjs FILE` removes all second factors of the account whose address is in the file: an address is any text,
// which no name of a unit can hold. `null`: there is no such account.
const { reset, close } = openFactorReset(orExit(serverConfig));
try {
  const done = await reset(readFileSync(process.argv[2] ?? "", "utf8"));
  console.log(JSON.stringify({ "reset-factor": done ?? null }));
} catch (error) {
  console.error(`reset-factor failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await close();
}
