import { openPurge } from "../../compose/ec2-jobs.ts";
import { databaseConfig } from "../../config/ec2.ts";
import { orExit } from "./or-exit.ts";

const { purge, close } = openPurge(orExit(databaseConfig));
try {
  console.log(JSON.stringify({ purged: await purge(new Date()) }));
} catch (error) {
  console.error(`purge failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await close();
}
