import type { FactorEventName } from "../../domain/factor.ts";
import { productName } from "../../domain/product.ts";
import type { Message } from "../../ports/mail.ts";

const notices: Readonly<Record<FactorEventName, string>> = {
  totp_added: "An authenticator app was added to your account.",
  totp_replaced: "The authenticator app of your account was replaced by another one.",
  totp_removed: "The authenticator app of your account was removed, and its recovery codes.",
  phone_added: "A phone number was added to your account: it gets codes to sign in.",
  phone_replaced: "The phone number of your account was replaced by another one.",
  phone_removed: "The phone number of your account was removed.",
  recovery_codes_replaced: "New recovery codes were made for your account. The former ones no longer work.",
  recovery_code_used: "A recovery code of your account was used.",
  passkey_added: "A passkey was added to your account.",
  passkey_removed: "A passkey of your account was removed.",
  passkey_copied: "A passkey of your account seems to have been copied, and was refused.",
  factors_reset: "The operator of this site removed all second factors of your account.",
};

/** The text of the mail about a change of second factors. It has no link: people are used to those of fraud. */
export function noticeOf(what: FactorEventName): Pick<Message, "subject" | "text"> {
  return {
    subject: `Your account at ${productName} has changed`,
    text: `${notices[what]}\n\nIf this was not you, change your password and look at the security of your account.\n`,
  };
}
