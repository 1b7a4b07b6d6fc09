const maxLength = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets

/**
 * One address and nothing that a mail program could read as more than one, as a name or as a comment: before the @
 * RFC 5322's dot-atom (section 3.2.3), with letters of all scripts (RFC 6531); after it a domain with a dot.
 * Only a message that arrives proves more.
 */
const atom = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const label = "[\\p{L}\\p{M}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?";
const shape = new RegExp(`^${atom}(\\.${atom})*@${label}(\\.${label})+$`, "u");

/** The address as it is shown and written to: trimmed, in one Unicode form. */
export function tidyEmail(text: string): string {
  return text.trim().normalize("NFC");
}

/** What makes two addresses the same account. Lower-casing may undo the normal form, hence NFC again. */
export function emailKey(email: string): string {
  return tidyEmail(email).toLowerCase().normalize("NFC");
}

/** Whether mail could be sent there, as far as the text tells. */
export function isEmail(text: string): boolean {
  return text.length <= maxLength && emailKey(text).length <= maxLength && shape.test(text);
}
