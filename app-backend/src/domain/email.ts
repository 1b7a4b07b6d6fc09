const maxLength = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets

/**
 * One address and nothing that a mail program could read as more than one, as a name or as a comment: before the @
 * RFC 5322's dot-atom (section 3.2.3), with letters of all scripts (RFC 6531); after it a domain with a dot.
 * Only a message that arrives proves more.
 */
const atom = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const label = "[\\p{L}\\p{M}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?";
const shape = new RegExp(`^${atom}(\\.${atom})*@${label}(\\.${label})+$`, "u");
const asciiDomain = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The address as it is shown: trimmed, in one Unicode form. */
export function tidyEmail(text: string): string {
  return text.trim().normalize("NFC");
}

/** The address as mail goes there: the domain in the letters of DNS. A domain that has none stays as it is. */
export function mailAddress(email: string): string {
  const tidy = tidyEmail(email);
  const at = tidy.lastIndexOf("@");
  return tidy.slice(0, at + 1) + (dnsName(tidy.slice(at + 1)) ?? tidy.slice(at + 1));
}

/**
 * What makes two addresses the same account: case does not matter, nor whether a domain is written in Unicode or in
 * punycode, as browsers send it. Lower-casing may undo the normal form, hence NFC again.
 */
export function emailKey(email: string): string {
  return mailAddress(email).toLowerCase().normalize("NFC");
}

/** Why no mail could be sent there, as far as the text tells; undefined where it could. */
export function emailFault(text: string): string | undefined {
  const address = mailAddress(text);
  const isLong = [text, address, emailKey(text)].some(({ length }) => length > maxLength);
  const domain = dnsName(tidyEmail(text).split("@").at(-1)!) ?? "";
  if (isLong || !shape.test(tidyEmail(text)) || !asciiDomain.test(domain)) return "is not an email address";
  // SES takes no others: docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html
  return /^[\x21-\x7e]+$/.test(address) ? undefined : "has letters before the @ that mail cannot be sent to";
}

/** The domain as browsers and DNS have it (UTS 46); undefined where it is no name, but a number of IPv4 for example. */
function dnsName(domain: string): string | undefined {
  const url = `http://${domain}`;
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(domain) || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return /^[\d.]+$/.test(hostname) ? undefined : hostname;
}
