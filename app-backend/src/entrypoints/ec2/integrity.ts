import { openIntegrity } from "../../compose/ec2-jobs.ts";
import { serverConfig } from "../../config/ec2.ts";
import { orExit } from "./or-exit.ts";

// `integrity.mjs check` reports faults; `repair` also repairs what it can. Exit code 1: faults remain.
const repair = process.argv[2] === "repair";
const { resume, collect, emptyBin, inspect, close } = openIntegrity(orExit(serverConfig));
try {
  const removed = await resume(); // first: what is left of a removal is no fault
  const abandoned = await collect();
  const emptied = await emptyBin();
  const report = await inspect(repair);
  console.log(JSON.stringify({ integrity: report, abandoned, emptied, removed }));
  if (report.left.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(`integrity check failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await close();
}
