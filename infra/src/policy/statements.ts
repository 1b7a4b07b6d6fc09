import { type Block, blocks } from "./synthesized.ts";

/** Of an IAM policy. */
export interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Block;
}

// What cannot be read here, such as a reference to another document, is taken for the worst.
const unread: Statement = { Effect: "Allow", Action: "*", Resource: "*", Principal: "*" };

/** The statements of a policy document in JSON, as Terraform takes it. */
export function statementsOf(document: unknown): Statement[] {
  if (document === undefined) return [];
  try {
    return blocks((JSON.parse(String(document)) as Block)["Statement"]) as unknown as Statement[];
  } catch {
    return [unread];
  }
}
