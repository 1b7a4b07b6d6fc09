/** Keys of what is stored for long: the current one makes, and all of them read. */
export interface SecretRing {
  readonly current: Buffer;
  readonly former: readonly Buffer[];
}
