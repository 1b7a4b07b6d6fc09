/** The signing key, and the earlier ones, each until a time; the oldest first. */
export interface Keyring<Key> {
  readonly current: Key;
  readonly former: readonly { readonly key: Key; readonly until: Date }[];
}

/**
 * The key that signs at a time: the same in every process with this ring. So a key is known everywhere before it is used
 * anywhere, and a signature can be reproduced.
 */
export function signingKey<Key>({ current, former }: Keyring<Key>, at: Date): Key {
  return former.find(({ until }) => at < until)?.key ?? current;
}

/** The keys that may have signed a token that lives for `lifeMs` and has not expired, the latest first. */
export function keysInForce<Key>({ current, former }: Keyring<Key>, at: Date, lifeMs: number): Key[] {
  const inForce = former.filter(({ until }) => at.getTime() < until.getTime() + lifeMs);
  return [current, ...inForce.map(({ key }) => key).toReversed()];
}

/** A ring with the same times, of keys derived from these. */
export function mapKeys<From, To>({ current, former }: Keyring<From>, make: (key: From) => To): Keyring<To> {
  return { current: make(current), former: former.map(({ key, until }) => ({ key: make(key), until })) };
}
