import { hasUnwritable, isBlank } from "./writing.ts";

export const maxTitleLength = 200;
export const maxLabelLength = 100;

/** A text of one line as it is stored: trimmed, in NFC. */
export function tidyLine(text: string): string {
  return text.normalize("NFC").trim();
}

/** What is wrong with a tidy text of at most that many code points; undefined if nothing is. */
export function lineFault(text: string, maxLength: number): string | undefined {
  const { length } = [...text];
  if (length < 1 || length > maxLength) return `needs 1 to ${maxLength} characters`;
  return hasUnwritable(text) || isBlank(text) ? "holds characters that cannot be seen" : undefined;
}

/** Whether a title has the text somewhere in it, in any case and in any normal form. */
export function titleMatches(title: string, search: string): boolean {
  return searchable(title).includes(searchable(search));
}

function searchable(text: string): string {
  return text.normalize("NFKD").toLowerCase().normalize("NFKD");
}
