import { noAccount } from "../../domain/account.ts";
import { codeDigits, codeLifeMs, type CodePurpose } from "../../domain/code.ts";
import { after } from "../../domain/time.ts";
import type { CodeGenerator } from "../../ports/code-generator.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { Mail } from "../../ports/mail.ts";
import type { OneTimeCodes } from "../../ports/one-time-codes.ts";
import type { PasswordHashes } from "../../ports/password-hashes.ts";
import type { Passwords } from "../../ports/passwords.ts";
import { firstPassword, messages, noPassword } from "./messages.ts";

interface Stores {
  readonly hashes: PasswordHashes;
  readonly codes: OneTimeCodes;
}

interface Dependencies extends Stores {
  readonly passwords: Passwords;
  readonly codeGenerator: CodeGenerator;
  readonly mail: Mail;
  readonly now: () => Date;
}

/** Passwords as hashes and codes by mail, in our own stores. */
export function ownIdentityProvider(deps: Dependencies): IdentityProvider {
  const { hashes, codes, passwords, codeGenerator, mail, now } = deps;

  async function redeem(purpose: CodePurpose, id: string | undefined, text: string): Promise<boolean> {
    const owner = { accountId: id ?? noAccount, purpose };
    const at = now();
    return codes.redeem({ ...owner, hashes: codeGenerator.hashes(text, owner, at) }, at);
  }

  return {
    codeFormat: { digits: codeDigits, lifeMs: { confirm: codeLifeMs, reset: codeLifeMs } },

    mailsAll: true,

    signUp: (_account, password) => passwords.hash(password),

    hasPassword: async (accountId) => (await hashes.get(accountId)) !== undefined,

    withdraw: async () => {}, // the credential was all of it

    authenticate: async (account, password) =>
      passwords.matches(await hashes.get(account?.id ?? noAccount), password),

    async requestCode(purpose, { id: accountId, email }, hasRecoveryCodes = false) {
      const isFirst = purpose === "reset" && (await hashes.get(accountId)) === undefined;
      if (isFirst && !hasRecoveryCodes) return mail.send({ to: email, ...noPassword });
      const code = codeGenerator.newCode();
      const at = now();
      const hash = codeGenerator.hash(code, { accountId, purpose }, at);
      await codes.replace({ accountId, purpose, hash, expiresAt: after(at, codeLifeMs) });
      const message = isFirst ? firstPassword : messages[purpose];
      await mail.send({ to: email, ...message(code) });
    },

    confirm: (account, code) => redeem("confirm", account?.id, code),

    async reset(account, code, password, recovery) {
      const to = await passwords.hash(password); // hashing may be refused: do not spend the code yet
      const hasPassword = (await hashes.get(account?.id ?? noAccount)) !== undefined;
      const isOpen = hasPassword || recovery !== undefined;
      const isRight = await redeem("reset", isOpen ? account?.id : undefined, code);
      if (!isRight || account === undefined) return false;
      return (await hashes.replace(account.id, { to, spend: recovery })) !== undefined;
    },

    async setPassword({ id, credentialVersion: from }, password) {
      const to = await passwords.hash(password);
      await codes.remove(id, "reset");
      return hashes.replace(id, { to, from });
    },

    remove: ownIdentityRemoval({ hashes, codes }),
  };
}

/** Removes what the provider has stored of an account, without the means to verify anything. */
export function ownIdentityRemoval({ hashes, codes }: Stores): IdentityProvider["remove"] {
  return async (accountId) => {
    for (const purpose of ["confirm", "reset"] as const) await codes.remove(accountId, purpose);
    await hashes.remove(accountId);
  };
}
