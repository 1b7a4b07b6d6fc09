import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { connectWhenUp } from "../adapters/mysql/connect.ts";
import { migrate } from "../adapters/mysql/migrate.ts";
import { databaseConfig } from "../config.ts";
import { orExit } from "./or-exit.ts";

const waitMs = 30_000;

// Beside this file in a bundle, at the top of the workspace in the source tree.
const directory = ["./migrations", "../../migrations"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));
if (!directory) throw new Error("no migrations directory");

try {
  const connection = await connectWhenUp(orExit(databaseConfig), { waitMs, say: console.error });
  const names = await migrate(connection, directory);
  await connection.end();
  console.log(names.length > 0 ? `migrated: ${names.join(", ")}` : "nothing to migrate");
} catch (error) {
  console.error(`migration failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
