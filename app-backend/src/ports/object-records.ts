/** The objects that records point at. */
export interface ObjectRecords {
  /** The keys of all objects that a record points at, a page at a time. */
  pages(): AsyncIterable<readonly string[]>;
  /** The subset of the keys that a record points at. */
  known(keys: readonly string[]): Promise<ReadonlySet<string>>;
}
