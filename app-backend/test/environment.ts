import { randomBytes } from "node:crypto";

/** A real secret, new for each call. */
export const newSecret = () => randomBytes(64).toString("base64");

/** A valid environment of the server, which a test changes. */
export function goodEnvironment(): Record<string, string> {
  return {
    PORT: "0",
    SITE_ORIGIN: "http://localhost:5173",
    MYSQL_HOST: "127.0.0.1",
    MYSQL_USER: "tintype",
    MYSQL_DATABASE: "tintype",
    BUCKET: "pictures",
    AWS_REGION: "eu-central-1",
    ACCESS_TOKEN_SECRET: newSecret(),
    REFRESH_TOKEN_SECRET: newSecret(),
    FACTORS_SECRET: newSecret(),
    LOG_LEVEL: "info",
  };
}
