import { connectWhenUp } from "../../adapters/mysql/connect.ts";
import { migrate } from "../../adapters/mysql/migrate.ts";
import { databaseConfig } from "../../config/ec2.ts";
import { migrationsFolder } from "./migrations-folder.ts";
import { orExit } from "./or-exit.ts";

const waitMs = 30_000;

try {
  const connection = await connectWhenUp(orExit(databaseConfig), { waitMs, log: console.error });
  const names = await migrate(connection, migrationsFolder());
  await connection.end();
  console.log(names.length > 0 ? `migrated: ${names.join(", ")}` : "nothing to migrate");
} catch (error) {
  console.error(`migration failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
