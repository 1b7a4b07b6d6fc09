/** A line of a price report. */
export interface Item {
  readonly what: string;
  /** For a month; undefined where the list has no price of it. */
  readonly price: number | undefined;
}
