/** Emoji of regions, such as England's: a black flag, letters and digits as tags, the tag that ends them (UTS 51, ED-14a). */
const flag = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;

/**
 * Controls, line separators, lone surrogates, private-use characters and noncharacters; and invisible formatting, such as
 * direction overrides and isolates. Allowed: joiners, direction marks, and the number signs that Unicode counts as
 * formatting. Unassigned characters are allowed: engines disagree about which these are.
 */
const unwritable =
  /(?![\u061c\u200c-\u200f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;

/** Whether a name has characters that hide or reorder its text. */
export function hasUnwritable(text: string): boolean {
  return unwritable.test(text.replace(flag, ""));
}

/** Whether a name is entirely invisible. */
export function isBlank(text: string): boolean {
  return /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{M}]*$/u.test(text);
}
