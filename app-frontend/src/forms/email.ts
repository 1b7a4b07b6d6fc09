/** Whether two addresses are of one account, as the server compares them. */
export function isSameEmail(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

function comparable(email: string): string {
  const tidy = email.trim().normalize("NFC");
  const at = tidy.lastIndexOf("@") + 1;
  return (tidy.slice(0, at) + dnsName(tidy.slice(at))).toLowerCase().normalize("NFC");
}

/** A domain in Unicode as browsers send it: in punycode. */
function dnsName(domain: string): string {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return domain;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return domain;
  }
}
