import { createPool } from "mysql2/promise";

const { MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE } = process.env as Record<
  string,
  string
>;

/** The database of the application that is measured, by as many connections as that has. */
export const pool = createPool({
  host: MYSQL_HOST!,
  port: Number(MYSQL_PORT),
  user: MYSQL_USER!,
  password: MYSQL_PASSWORD!,
  database: MYSQL_DATABASE!,
  connectionLimit: 8,
  timezone: "Z",
});
