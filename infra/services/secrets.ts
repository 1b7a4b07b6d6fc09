import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWhole } from "../cli/atomic-file.ts";

/** The users of the containers in services/compose.yaml; 999 is that of the official images of databases. */
export const users = {
  login: 10_001,
  profile: 10_002,
  verifier: 10_003,
  redis: 10_004,
  "login-database": 999,
  "profile-database": 999,
} as const;
type Holder = keyof typeof users;
type Secrets = Record<Holder, Readonly<Record<string, string>>>;

/** Without characters that SQL or Redis reads as their own. */
const password = () => randomBytes(32).toString("base64url");
const key = () => randomBytes(64).toString("base64");

/** All secrets of one copy, by the container that has them. */
export function newSecrets(): Secrets {
  const [redis, login, profile] = [password(), password(), password()];
  return {
    login: {
      mysql_password: login,
      redis_password: redis,
      access_token_secret: key(),
      refresh_token_secret: key(),
    },
    "login-database": { mysql_password: login, root_password: password() },
    profile: { mysql_password: profile, redis_password: redis },
    "profile-database": { mysql_password: profile, root_password: password() },
    verifier: { redis_password: redis },
    redis: { redis_password: redis },
  };
}

/**
 * Writes the secrets once: a folder for each container, files of mode 0400. `own` makes each folder's files those of its
 * container's user, by number; nothing is there before it has.
 */
export async function writeSecrets(
  folder: string,
  own: (folder: string, users: Readonly<Record<string, number>>) => Promise<unknown>,
): Promise<void> {
  await makeWhole(folder, async (aside) => {
    for (const [holder, secrets] of Object.entries(newSecrets())) {
      mkdirSync(join(aside, holder), { recursive: true, mode: 0o700 });
      for (const [name, secret] of Object.entries(secrets))
        writeFileSync(join(aside, holder, name), secret, { mode: 0o400 });
    }
    await own(aside, users);
  });
}
