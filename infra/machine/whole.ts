import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
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
