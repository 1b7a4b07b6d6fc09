import type { Factors } from "../../api/factors.ts";
import { Notice } from "../../ui/message.tsx";

/** The most codes at which the page asks for new ones. */
const fewCodes = 3;

/** What is wrong with the recovery codes; undefined if nothing is. */
export function codesProblem(codes: Factors["recoveryCodes"] | undefined): string | undefined {
  if (!codes) return undefined;
  if (!codes.seen) return "You have not kept your recovery codes yet.";
  if (codes.left === 0) return "You have no recovery codes left.";
  if (codes.left === 1) return "You have 1 recovery code left.";
  return codes.left <= fewCodes ? `You have ${codes.left} recovery codes left.` : undefined;
}

/** At the top of the account's page, until there are enough codes and the person has kept them. */
export function CodesNotice({ codes }: { codes: Factors["recoveryCodes"] | undefined }) {
  const problem = codesProblem(codes);
  if (!problem) return null;
  return (
    <Notice>
      <strong>{problem}</strong> Without one, a lost phone locks you out.{" "}
      <a href={`#${anchor}`}>Get new codes</a>
    </Notice>
  );
}

/** Of the section that makes new ones. */
export const anchor = "two-step";
