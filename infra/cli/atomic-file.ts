import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a file or folder under another name, and gives it its own when it is whole. What has its name already is
 * kept, so that name must stand for its content.
 */
export async function makeWhole(path: string, make: (aside: string) => Promise<unknown>): Promise<void> {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.new`;
  try {
    await make(aside);
    renameSync(aside, path);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * Writes a file, for its owner alone, so that a reader finds what was there before or all of it. Until then it lies
 * at `aside`, on the same disk.
 */
export function writeWhole(path: string, text: string, aside = `${path}.new`): void {
  writeFileSync(aside, text, { mode: 0o600 });
  renameSync(aside, path);
}
