/** Emoji of regions, such as England's: a black flag, letters and digits as tags, the tag that ends them (UTS 51, ED-14a). */
const flag = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;

/**
 * Controls, line separators, halves of characters, private characters and those that are none; and what formats text
 * without being seen, overrides and isolates of direction among it. Written, and so allowed: joiners, marks of direction, and the
 * signs of numbers that Unicode counts as formats. A character that is new is allowed: which those are, each engine
 * knows differently.
 */
const unwritable =
  /(?![\u061c\u200c-\u200f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;

/** Whether a name has characters that nobody writes, but that hide or turn round what is written. */
export function hasUnwritable(text: string): boolean {
  return unwritable.test(text.replace(flag, ""));
}

/** Whether nothing of a name can be seen. */
export function isBlank(text: string): boolean {
  return /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{M}]*$/u.test(text);
}
