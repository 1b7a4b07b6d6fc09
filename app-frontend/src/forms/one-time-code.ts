/** The digits of a code as people type or paste it: in groups, with blanks around it. */
export function codeDigits(text: string): string {
  return text.replace(/[\s-]/g, "");
}

export function codeError(text: string): string | undefined {
  return /^(\d{6}|\d{12})$/.test(codeDigits(text)) ? undefined : "Enter all digits of the code.";
}
