/**
 * The digits of a code as people type or paste it: in groups, with blanks around it, full-width or Arabic. The last four
 * bits of an Arabic digit are its value.
 */
export function codeDigits(text: string): string {
  return compact(text).replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15));
}

export function codeError(text: string): string | undefined {
  return /^(\d{6}|\d{12})$/.test(codeDigits(text)) ? undefined : "Enter all digits of the code.";
}

export function appCodeError(text: string): string | undefined {
  return /^\d{6}$/.test(codeDigits(text)) ? undefined : "Enter the 6 digits that your app shows.";
}

export function textCodeError(text: string): string | undefined {
  return /^\d{6}$/.test(codeDigits(text)) ? undefined : "Enter the 6 digits of the last message.";
}

/** A recovery code without the hyphens and blanks that it was typed with. The server reads O as 0, I and L as 1, and any case. */
export function compact(text: string): string {
  return text.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "");
}

export function recoveryCodeError(text: string): string | undefined {
  return /^[\da-tv-z]{10}$/i.test(compact(text)) ? undefined : "Enter all 10 characters of a recovery code.";
}
