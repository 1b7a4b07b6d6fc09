/** How a record of an account is addressed: under any other account it is not found. */
export interface Owned {
  readonly accountId: string;
  readonly id: string;
}
