import { commonPasswords } from "./common-passwords.ts";
import { emailKey } from "./email.ts";
import { productName } from "./product.ts";

/** The least number of characters (code points). No composition rules: NIST SP 800-63B section 3.1.1.2. */
export const minPasswordLength = 8;

/**
 * What Amazon Cognito accepts, hence the rule of every stack: an account may move from one to the other.
 * docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html
 */
export const maxPasswordLength = 256;
const outerBlank = /^\s|\s$|[\n\r\u2028\u2029]/;

const fewCharacters = 3;

/** Whether any password of today's rule can be that text. */
export function couldBePassword(text: string): boolean {
  return text !== "" && text.length <= maxPasswordLength && !outerBlank.test(text);
}

/**
 * What is wrong with a new password for the account of that address, or undefined. A password is used exactly as typed:
 * no trimming, no normalization. Earlier passwords may break a rule of today: it is not applied to what is only compared.
 */
export function passwordFault(password: string, email = ""): string | undefined {
  // A lone surrogate has no UTF-8 form: two such passwords would hash alike.
  if (/\p{Cs}/u.test(password)) return "holds broken characters";
  if ([...password].length < minPasswordLength) return `needs at least ${minPasswordLength} characters`;
  if (password.length > maxPasswordLength) return `has more than ${maxPasswordLength} characters`;
  if (outerBlank.test(password)) return "begins or ends with a blank, or has a line break";
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
