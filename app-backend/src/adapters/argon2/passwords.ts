import { randomUUID } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { Passwords } from "../../ports/passwords.ts";

// OWASP Password Storage Cheat Sheet: argon2id (this library's default), 19 MiB, 2 passes, 1 lane.
const parameters = { memoryCost: 19456, timeCost: 2, parallelism: 1 };

export function argon2Passwords(): Passwords {
  const decoy = hash(randomUUID(), parameters);
  return {
    // Bytes, not a string: a NUL inside a password counts like any other character.
    hash: (password) => hash(Buffer.from(password), parameters),

    async matches(stored, password) {
      const same = await verify(stored ?? (await decoy), Buffer.from(password));
      return stored !== undefined && same;
    },
  };
}
