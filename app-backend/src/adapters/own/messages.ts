import type { CodePurpose } from "../../domain/code.ts";
import { productName } from "../../domain/product.ts";

/** In groups of four, which people read and type best. */
const grouped = (code: string) => code.replace(/\d{4}(?=\d)/g, "$& ");

/** The text of the mail with a code. */
export const messages: Record<CodePurpose, (code: string) => { subject: string; text: string }> = {
  confirm: (code) => ({
    subject: "Confirm your address",
    text: `Your code for ${productName} is ${grouped(code)}. It is good for 10 minutes.\n\nIf you made no account, ignore this message.\n`,
  }),
  reset: (code) => ({
    subject: "Choose a new password",
    text: `Your code for ${productName} is ${grouped(code)}. It is good for 10 minutes.\n\nIf you did not ask for it, ignore this message: your password stays as it is.\n`,
  }),
};

const subjectWithoutPassword = "Your account has no password";

/** Instead of a code, for an account that signs in by a provider alone. */
export const noPassword = {
  subject: subjectWithoutPassword,
  text: `You asked for a new password for ${productName}. Your account has none: it signs in by another site. Use that button on the page to sign in.\n\nIf you did not ask for it, ignore this message.\n`,
};

/** For an account without a password that has recovery codes. Its code alone sets none. */
export const firstPassword = (code: string) => ({
  subject: subjectWithoutPassword,
  text: `Your code for ${productName} is ${grouped(code)}. It is good for 10 minutes, and only together with one of your recovery codes: your account has no password, and signs in by a passkey or another site. If you can use them, you need no code.\n\nIf you did not ask for it, ignore this message.\n`,
});
