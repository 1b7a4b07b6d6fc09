/**
 * Text with ? for what would steer a terminal or turn what it shows; line breaks stay. A name on a host, or a line in its
 * journal, may be an intruder's.
 */
export const printable = (text: string) => text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
