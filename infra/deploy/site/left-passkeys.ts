import { say } from "../../cli/steps.ts";
import { confirmRename, type Questioning } from "../confirm.ts";
import type { Deployment } from "../deployment.ts";

/** How many passkeys there are for each name that the site has had; undefined if they cannot be counted now. */
export type PasskeyCounts = Readonly<Record<string, number>> | undefined;

interface Renaming {
  /** The name to which the site's passkeys are tied. */
  readonly from: string;
  /** Undefined if AWS chooses it, or browsers have no passkeys there. */
  readonly to: string | undefined;
}

/** What a plan, as Terraform prints it, does to the name that passkeys are tied to; undefined if it stays, or there was none. */
export function renamingOf(plan: string): Renaming | undefined {
  const [, before, after] =
    /^ {2}[~-] url += "([^"]+)" -> (?:"([^"]+)"|\(known after apply\)|null)/m.exec(plan) ?? [];
  const from = before && passkeyName(before);
  const to = after && passkeyName(after);
  return from && from !== to ? { from, to: to || undefined } : undefined;
}

/** As the API decides it: browsers have passkeys for HTTPS and for localhost. */
function passkeyName(url: string): string | undefined {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || hostname === "localhost" ? hostname : undefined;
}

/** Reports the passkeys that a plan leaves behind, and asks for consent. Throws a UserError without it. */
export async function requireConsentToLeave(
  deployment: Deployment,
  plan: string,
  countPasskeys: () => Promise<PasskeyCounts>,
  questioning: Questioning,
): Promise<void> {
  const renaming = renamingOf(plan);
  if (renaming === undefined) return;
  const { from, to } = renaming;
  const counts = await countPasskeys();
  const count = counts === undefined ? undefined : (counts[from] ?? 0);
  if (count === 0) return;
  say(
    `    ! ${linesOf(count)}: browsers use them at ${from} alone, and the site goes to ${to ?? "an address without a name"}.\n` +
      "      People sign in by password or provider; one who has a passkey alone, by a mailed code and a recovery code.\n" +
      `      The passkeys are kept: back at ${from} they work again.`,
  );
  await confirmRename(deployment, questioning, `${linesOf(count)}.`);
}

function linesOf(count: number | undefined): string {
  if (count === undefined) return "All passkeys stop working; how many could not be read";
  return count === 1 ? "1 passkey stops working" : `${count} passkeys stop working`;
}

/** Reads the lines of a query that counts passkeys by name. */
export function countsIn(rows: string): PasskeyCounts {
  const pairs = rows.split("\n").flatMap((row) => {
    const [name, count] = row.trim().split(/\s+/);
    return name && count ? [[name, Number(count)] as const] : [];
  });
  return Object.fromEntries(pairs);
}
