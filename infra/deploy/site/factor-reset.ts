import { z } from "zod";
import { plural } from "../../cli/plural.ts";
import { printable } from "../../cli/printable.ts";
import { UserError } from "../../cli/user-error.ts";

/** What the application says that it removed; null: it knows no such account. */
export const factorReset = z
  .object({
    accountId: z.string(),
    factors: z.array(z.string()),
    recoveryCodes: z.number(),
    // A release from before passkeys were removed says nothing of them.
    passkeys: z.number().default(0),
    keptPasskeys: z.number().default(0),
    stepUps: z.number().default(0),
    challenges: z.number(),
    sessions: z.number(),
    mail: z.enum(["sent", "failed", "none"]),
  })
  .nullable();

/** The address of `ACCOUNT=`. Throws a UserError if it is missing. */
export function chosenAccount(): string {
  const account = process.env["ACCOUNT"];
  if (account) return account;
  throw new UserError("ACCOUNT= is missing: the address of the account.", 2);
}

/** Says what was removed. Throws a UserError if there is no such account. */
export function tellFactorReset(account: string, done: z.infer<typeof factorReset>): void {
  const name = printable(account);
  if (done === null) throw new UserError(`There is no account ${name}: nothing was changed.`);
  const { factors, recoveryCodes, passkeys, keptPasskeys, challenges, sessions, stepUps } = done;
  const all = [...factors, ...(passkeys > 0 ? [plural(passkeys, "passkey")] : [])];
  const had = all.length > 0 ? `removed ${all.join(", ")}` : "there was no second factor";
  const kept = keptPasskeys > 0 ? `${plural(keptPasskeys, "passkey")} stayed: nothing else opens it.\n` : "";
  const ofMail = {
    sent: "A mail about it was sent to the owner.",
    failed: "The mail to the owner was not sent: tell them.",
    none: "No mail was sent.",
  };
  process.stdout.write(
    `${name} (${done.accountId}): ${had}, ${plural(recoveryCodes, "recovery code")}.\n${kept}` +
      `Ended ${plural(sessions, "session")}, of which ${stepUps} had proofs that counted, and ` +
      `${plural(challenges, "sign-in")} in progress. ` +
      `The password stays. ${ofMail[done.mail]}\n`,
  );
}
