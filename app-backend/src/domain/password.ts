import { commonPasswords } from "./common-passwords.ts";
import { emailKey } from "./email.ts";
import { productName } from "./product.ts";

/** The least number of characters (code points). No composition rules: NIST SP 800-63B section 3.1.1.2. */
export const minPasswordLength = 8;

/** The most UTF-16 units that are accepted: an attacker could otherwise make us hash long texts. */
export const maxPasswordLength = 1024;

const fewCharacters = 3;

/**
 * What is wrong with a new password for the account of that address, or undefined. A password is used exactly as typed:
 * no trimming, no normalization.
 */
export function passwordFault(password: string, email = ""): string | undefined {
  // A lone surrogate has no UTF-8 form: two such passwords would hash alike.
  if (/\p{Cs}/u.test(password)) return "holds broken characters";
  if ([...password].length < minPasswordLength) return `needs at least ${minPasswordLength} characters`;
  const key = password.toLowerCase();
  if (commonPasswords.has(key)) return "is one of the passwords that are tried first: choose another";
  const address = emailKey(email);
  const words = [productName.toLowerCase(), address, address.split("@")[0] ?? ""];
  if (words.some((word) => isLittleMore(key, word)))
    return "is too close to your address or to this site's name";
  return undefined;
}

/** Whether a text is a known word with a few extra characters. */
function isLittleMore(text: string, word: string): boolean {
  return word !== "" && text.includes(word) && text.length - word.length <= fewCharacters;
}
