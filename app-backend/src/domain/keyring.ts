/** A key that signs, and those that did before it, each until a time; the oldest first. */
export interface Keyring<Key> {
  readonly current: Key;
  readonly former: readonly { readonly key: Key; readonly until: Date }[];
}

/**
 * The key that signs at a time: for the same time always the same, in every process that knows the ring. So a key is known
 * everywhere before it is used anywhere, and what was signed once can be signed again.
 */
export function signingKey<Key>({ current, former }: Keyring<Key>, at: Date): Key {
  return former.find(({ until }) => at < until)?.key ?? current;
}

/** The keys that may have signed what lives for `lifeMs` and has not ended yet, the latest first. */
export function keysInForce<Key>({ current, former }: Keyring<Key>, at: Date, lifeMs: number): Key[] {
  const inForce = former.filter(({ until }) => at.getTime() < until.getTime() + lifeMs);
  return [current, ...inForce.map(({ key }) => key).toReversed()];
}

/** The same ring of keys that are made of these. */
export function mapKeys<From, To>({ current, former }: Keyring<From>, make: (key: From) => To): Keyring<To> {
  return { current: make(current), former: former.map(({ key, until }) => ({ key: make(key), until })) };
}
