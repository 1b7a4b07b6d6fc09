const maxNameLength = 255;

/** A file's name as the server accepts it: without invisible characters and direction overrides. */
export function imageName(name: string, unnamed = "picture"): string {
  const written = withoutUnwritable(name.normalize("NFC")).trim();
  const short = withoutUnwritable(written.slice(0, maxNameLength)).trim(); // the cut may have broken a character
  return /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{M}]*$/u.test(short) ? unnamed : short;
}

/** As `domain/writing.ts` of the API has it. */
const flagOrUnwritable =
  /(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f})|(?![\u061c\u200c-\u200f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

function withoutUnwritable(text: string): string {
  return text.replace(flagOrUnwritable, "$1");
}
