import { openBackups } from "../../compose/ec2-jobs.ts";
import { backupConfig } from "../../config/ec2.ts";
import { migrationsFolder } from "./migrations-folder.ts";
import { orExit } from "./or-exit.ts";

// `restore.mjs NAME` replaces the current data by that backup.
const startedAt = performance.now();
const { restore, close } = openBackups(orExit(backupConfig), migrationsFolder());
try {
  const restored = await restore(process.argv[2] ?? "");
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  console.log(JSON.stringify({ restore: { ...restored, seconds } }));
} catch (error) {
  console.error(`restore failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await close();
}
