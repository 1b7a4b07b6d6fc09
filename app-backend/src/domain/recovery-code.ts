/** How many an account gets at once. */
export const recoveryCodeCount = 10;
export const recoveryCodeLength = 10;

/** Crockford's base 32: crockford.com/base32.html */
export const recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const shape = new RegExp(`^[${recoveryAlphabet}]{${recoveryCodeLength}}$`);

/** A typed code as it was made: any case, with blanks or hyphens, and O, I and L for the digits that they look like. */
export function tidyRecoveryCode(typed: string): string {
  return typed
    .normalize("NFKC")
    .replace(/[\s\p{Pd}]/gu, "")
    .toUpperCase()
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

export function isRecoveryCode(tidy: string): boolean {
  return shape.test(tidy);
}
