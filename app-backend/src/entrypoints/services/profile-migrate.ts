import { serviceDatabase } from "../../config/services.ts";
import { migrateSchema } from "../ec2/migrate-schema.ts";

await migrateSchema(serviceDatabase, "migrations-profile");
