import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBackups } from "../../compose/ec2-jobs.ts";
import { backupConfig } from "../../config/ec2.ts";
import { migrationsFolder } from "./migrations-folder.ts";
import { orExit } from "./or-exit.ts";

// Backs up the database into the bucket. Prints the backup, and writes it to a file that the host's status reads.
const startedAt = performance.now();
const config = orExit(backupConfig);
const { keep, close } = openBackups(config, migrationsFolder());
try {
  const backup = await keep();
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const { name, at, dump } = backup;
  if (config.folder !== undefined) note(config.folder, { name, at, bytes: dump.bytes, seconds });
  console.log(JSON.stringify({ backup: { ...backup, seconds } }));
} catch (error) {
  console.error(`backup failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await close();
}

function note(folder: string, last: object): void {
  const aside = join(folder, "last.json.new");
  writeFileSync(aside, `${JSON.stringify(last)}\n`);
  chmodSync(aside, 0o644); // the unit's umask makes files private; this one is no secret
  renameSync(aside, join(folder, "last.json"));
}
