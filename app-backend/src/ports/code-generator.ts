import type { Code } from "../domain/code.ts";

export type CodeOwner = Pick<Code, "accountId" | "purpose">;

export interface CodeGenerator {
  /** A random code of decimal digits. */
  newCode(): string;
  /** A keyed hash of a code for a purpose of an account, in hex: a copy of the database reveals no code. */
  hash(text: string, of: CodeOwner, at: Date): string;
  /** The possible hashes of a typed code: one for each valid key. */
  hashes(text: string, of: CodeOwner, at: Date): string[];
}
