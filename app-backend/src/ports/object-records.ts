/** What records say about objects in the bucket. */
export interface ObjectRecords {
  /** The keys of all objects that some record points at, a page at a time. */
  pages(): AsyncIterable<readonly string[]>;
  /** Those of the keys that a record points at. */
  known(keys: readonly string[]): Promise<ReadonlySet<string>>;
}
