/** A random key, as an idempotency key or an id within this browser. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // there on plain HTTP too, unlike randomUUID
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
