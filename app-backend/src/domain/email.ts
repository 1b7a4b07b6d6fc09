const maxLength = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets

/**
 * One address without anything that a mail program could read as a list, a name or a comment: before the @ RFC 5322's
 * dot-atom (section 3.2.3), with letters of all scripts (RFC 6531); after it a domain with a dot.
 * Only a delivered message proves more.
 */
const atom = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const label = "[\\p{L}\\p{M}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?";
const shape = new RegExp(`^${atom}(\\.${atom})*@${label}(\\.${label})+$`, "u");
const asciiDomain = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The address for display: trimmed, in NFC. */
export function tidyEmail(text: string): string {
  return text.trim().normalize("NFC");
}

/** The address for delivery: the domain in punycode. A domain that has no such form is unchanged. */
export function mailAddress(email: string): string {
  const tidy = tidyEmail(email);
  const at = tidy.lastIndexOf("@");
  return tidy.slice(0, at + 1) + (dnsName(tidy.slice(at + 1)) ?? tidy.slice(at + 1));
}

/**
 * The key by which two addresses are the same account: case does not matter, nor whether a domain is in Unicode or in
 * punycode, as browsers send it. Lower-casing may undo the normal form, hence NFC again.
 */
export function emailKey(email: string): string {
  return mailAddress(email).toLowerCase().normalize("NFC");
}

/** Why the address cannot receive mail, judged by its text; undefined if it can. */
export function emailFault(text: string): string | undefined {
  const address = mailAddress(text);
  const isLong = [text, address, emailKey(text)].some(({ length }) => length > maxLength);
  const domain = dnsName(tidyEmail(text).split("@").at(-1)!) ?? "";
  if (isLong || !shape.test(tidyEmail(text)) || !asciiDomain.test(domain)) return "is not an email address";
  // SES accepts no others: docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html
  return /^[\x21-\x7e]+$/.test(address) ? undefined : "has letters before the @ that mail cannot be sent to";
}

/** The domain in DNS form (UTS 46); undefined if it is not a name, such as an IPv4 number. */
function dnsName(domain: string): string | undefined {
  const url = `http://${domain}`;
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(domain) || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return /^[\d.]+$/.test(hostname) ? undefined : hostname;
}
