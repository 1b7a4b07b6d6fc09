import { randomBytes } from "node:crypto";
import { describe } from "@jest/globals";
import { argon2Passwords } from "../../../src/adapters/argon2/passwords.ts";
import { hmacCodeGenerator } from "../../../src/adapters/hmac/code-generator.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { ownIdentityProvider } from "../../../src/adapters/own/identity-provider.ts";
import { codeDigits, codeLifeMs } from "../../../src/domain/code.ts";
import { AppError } from "../../../src/domain/app-error.ts";
import { after } from "../../../src/domain/time.ts";
import type { Message } from "../../../src/ports/mail.ts";
import { at } from "../../contract/fixtures.ts";
import { identityProviderContract } from "../../contract/identity-provider.ts";
import { openMysql } from "../mysql/stores.ts";

describe("our own, over MySQL", () => {
  identityProviderContract(async () => {
    let [now, isRefused] = [at, false];
    const mailed: Message[] = [];
    const argon2 = argon2Passwords();
    const opened = await openMysql((pool) =>
      ownIdentityProvider({
        hashes: mysqlPasswordHashes(pool),
        codes: mysqlOneTimeCodes(pool),
        passwords: {
          ...argon2,
          async hash(password) {
            if (isRefused) throw new AppError("unavailable", "too many passwords wait");
            return argon2.hash(password);
          },
        },
        codeGenerator: hmacCodeGenerator({ current: randomBytes(64), former: [] }),
        mail: { send: async (message) => void mailed.push(message) },
        now: () => now,
      }),
    )();
    return {
      ...opened,
      codes: { digits: codeDigits, lifeMs: codeLifeMs },
      mailedCode: (email) =>
        /\d{4} \d{4} \d{4}/
          .exec(mailed.findLast(({ to }) => to === email)?.text ?? "")?.[0]
          .replaceAll(" ", ""),
      advance: (ms) => void (now = after(now, ms)),
      refusePasswords: (refused) => void (isRefused = refused),
    };
  });
});
