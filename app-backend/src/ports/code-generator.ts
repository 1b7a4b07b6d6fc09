import type { Code } from "../domain/code.ts";

export type CodeOwner = Pick<Code, "accountId" | "purpose">;

export interface CodeGenerator {
  /** A random code of decimal digits. */
  newCode(): string;
  /** A keyed hash of a code for a purpose of an account, in hex: a copy of the database tells no code. */
  hash(text: string, of: CodeOwner, at: Date): string;
  /** The hashes that what a person typed may have been kept by, if it is a code: one for each key in force. */
  hashes(text: string, of: CodeOwner, at: Date): string[];
}
