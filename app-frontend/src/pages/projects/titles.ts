const maxTitleLength = 200;

/** A title as the server stores it. */
export function tidyTitle(title: string): string {
  return title.normalize("NFC").trim();
}

/** Counted as the server does, in characters and not in halves of them. */
export function titleError(title: string): string | undefined {
  const { length } = [...tidyTitle(title)];
  if (length === 0) return "Enter a title.";
  return length > maxTitleLength ? `Use at most ${maxTitleLength} characters.` : undefined;
}

/** The title of a copy: the first, the second, and so on. */
export function copyTitle(title: string, count: number): string {
  const suffix = count === 1 ? " (copy)" : ` (copy ${count})`;
  return (
    [...title]
      .slice(0, maxTitleLength - suffix.length)
      .join("")
      .trim() + suffix
  );
}
