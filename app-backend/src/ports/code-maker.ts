import type { Code } from "../domain/code.ts";

export interface CodeMaker {
  /** A random code of decimal digits. */
  newCode(): string;
  /** A keyed hash of what a person typed for a purpose of an account, in hex: a copy of the database tells no code. */
  hash(text: string, of: Pick<Code, "accountId" | "purpose">): string;
}
