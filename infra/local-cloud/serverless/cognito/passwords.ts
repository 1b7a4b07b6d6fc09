import { scryptSync, timingSafeEqual } from "node:crypto";
import { CognitoError } from "./answer.ts";
import type { Pool } from "./control-plane.ts";

export interface HashedPassword {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

// Cheap on purpose: these are passwords of a rehearsal, in memory alone.
const derive = (password: string, salt: Buffer) => scryptSync(password, salt, 32, { N: 2048 });

export function hashPassword(password: string, random: (bytes: number) => Buffer): HashedPassword {
  const salt = random(16);
  return { salt, hash: derive(password, salt) };
}

const unknown = { salt: Buffer.alloc(16), hash: Buffer.alloc(32) };

/** Whether this is the password; an unknown user's takes as long, and is never right. */
export function isPassword(stored: HashedPassword | undefined, password: string): boolean {
  const { salt, hash } = stored ?? unknown;
  return timingSafeEqual(derive(password, salt), hash) && stored !== undefined;
}

/** Refuses a password that the pool's policy does not take, in AWS's words. */
export function requirePolicy(pool: Pool, password: string): void {
  const policy = pool.Policies?.PasswordPolicy ?? {};
  const { MinimumLength = 8, RequireUppercase, RequireLowercase, RequireNumbers, RequireSymbols } = policy;
  const faults = [
    [password.length < MinimumLength, "Password not long enough"],
    [RequireUppercase && !/[A-Z]/.test(password), "Password must have uppercase characters"],
    [RequireLowercase && !/[a-z]/.test(password), "Password must have lowercase characters"],
    [RequireNumbers && !/[0-9]/.test(password), "Password must have numeric characters"],
    [RequireSymbols && !symbol.test(password), "Password must have symbol characters"],
  ] as const;
  const fault = faults.find(([isFault]) => isFault);
  if (fault !== undefined) {
    throw new CognitoError("InvalidPasswordException", `Password did not conform with policy: ${fault[1]}`);
  }
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html */
const symbol = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;
