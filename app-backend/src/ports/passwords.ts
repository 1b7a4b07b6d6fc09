export interface Passwords {
  /** A salted hash that includes its parameters. Throws `unavailable` if too many are waiting. */
  hash(password: string): Promise<string>;
  /** Whether the password matches the hash. Without a hash: false, after the same work. Throws like `hash`. */
  matches(hash: string | undefined, password: string): Promise<boolean>;
}
