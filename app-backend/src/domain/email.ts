const maxLength = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets

// One @, a dot in the domain, nothing invisible. Only a message that arrives proves more.
const shape = /^[^\s\p{C}@]+@[^\s\p{C}@.]+(\.[^\s\p{C}@.]+)+$/u;

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
