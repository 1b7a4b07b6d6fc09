import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

interface Locked {
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
}

const file = readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8");
const { packages } = JSON.parse(file) as { packages: Record<string, Locked> };
/** Without the workspaces, and what comes inside another package. */
const fetched = Object.entries(packages).filter(
  ([path, { link, inBundle }]) => path.includes("node_modules/") && !link && !inBundle,
);

test("USE-29 every locked package that is fetched has its SHA-512", () => {
  expect(fetched.length).toBeGreaterThan(300);
  const without = fetched.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-"));
  expect(without.map(([path]) => path)).toEqual([]);
});

test("USE-29 no locked package is tied to one registry", () => {
  const tied = fetched.filter(([, { resolved }]) => resolved !== undefined);
  expect(tied.map(([path]) => path)).toEqual([]);
});
