export interface Passwords {
  /** A salted hash that names its own parameters. Throws `unavailable` where too many wait already. */
  hash(password: string): Promise<string>;
  /** Whether the password made the hash. Without a hash: false, after the same work. Throws as `hash` does. */
  matches(hash: string | undefined, password: string): Promise<boolean>;
}
