import { databaseConfig } from "../../config/ec2.ts";
import { migrateSchema } from "./migrate-schema.ts";

await migrateSchema(databaseConfig, "migrations");
