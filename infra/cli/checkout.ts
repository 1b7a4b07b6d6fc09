import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { UserError } from "./user-error.ts";
import { repository } from "./paths.ts";
import { faultOfPath } from "./path-faults.mjs";

/** What reaches the hosts, or is built into what does. */
const sources = ["ansible", "app-backend", "app-frontend", "infra"];
const made = new Set(["node_modules", "dist"]);
const shown = 5;

/** Throws a UserError if the repository lies at a path, or has line endings, with which a deploy cannot work. */
export function requireCheckout(root = repository): void {
  const fault = faultOfPath(root);
  if (fault !== undefined) throw new UserError(fault, 2);
  const wrong = sources.flatMap((name) => textsWithCarriageReturns(join(root, name)));
  if (wrong.length === 0) return;
  const names = wrong.slice(0, shown).map((path) => `  ${relative(root, path)}`);
  const more = wrong.length > shown ? [`  and ${wrong.length - shown} more`] : [];
  throw new UserError(
    [
      "These files end their lines with CR LF, with which they do not run on the hosts:",
      ...names,
      ...more,
      "A clone made by git has them right (.gitattributes). To convert them here: " +
        `grep -rlI $'\\r' --exclude-dir=node_modules ${sources.join(" ")} | xargs sed -i 's/\\r$//'`,
    ].join("\n"),
    2,
  );
}

function textsWithCarriageReturns(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !made.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return textsWithCarriageReturns(path);
      return entry.isFile() && endsLinesWithCrLf(readFileSync(path)) ? [path] : [];
    });
}

/** Of text alone: a picture may hold the same two bytes. */
function endsLinesWithCrLf(content: Buffer): boolean {
  return content.includes("\r\n") && !content.includes(0);
}
