/** What a person shows of themselves, beside an account of which only the id is known. Empty text: not set. */
export interface StoredProfile {
  readonly accountId: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  /** An address of a picture somewhere on the web. */
  readonly pictureLink: string;
}

export const maxPictureLinkLength = 2048;

/** Why the text is no link to a picture, or undefined. A page may show it as it is: other schemes run code. */
export function pictureLinkFault(text: string): string | undefined {
  if (text === "") return undefined;
  const isWeb = /^https?:\/\//i.test(text) && !/[\s\\]/.test(text) && URL.canParse(text);
  if (!isWeb) return "is not an address that begins with http:// or https://";
  const { username, password } = new URL(text);
  return username === "" && password === "" ? undefined : "has a user name or a password";
}
