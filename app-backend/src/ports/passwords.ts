export interface Passwords {
  /** A salted hash that names its own parameters. */
  hash(password: string): Promise<string>;
  /** Whether the password made the hash. Without a hash: false, after the same work. */
  matches(hash: string | undefined, password: string): Promise<boolean>;
}
