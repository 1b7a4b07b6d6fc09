/** The least number of characters (code points). No composition rules: NIST SP 800-63B section 3.1.1.2. */
export const minPasswordLength = 8;

/** The most UTF-16 units that are looked at: hashing what is longer would only be work for an attacker to order. */
export const maxPasswordLength = 1024;

/** What is wrong with a new password, or nothing. A password is kept exactly as typed: no trimming, no normal form. */
export function passwordFault(password: string): string | undefined {
  // Half a surrogate pair has no UTF-8 form: two such passwords would hash alike.
  if (/\p{Cs}/u.test(password)) return "holds broken characters";
  if ([...password].length < minPasswordLength) return `needs at least ${minPasswordLength} characters`;
  return undefined;
}
