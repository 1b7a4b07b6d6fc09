/** First two octets of a deployment's private addresses, 10.16 to 10.239 by its name: deployments can be peered. */
export function addressRange(name: string): string {
  const sum = [...name].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 65_521, 7);
  return `10.${16 + (sum % 224)}`;
}

/** The subnet of a deployment's hosts. */
export const subnetRange = (name: string) => `${addressRange(name)}.1.0/24`;
