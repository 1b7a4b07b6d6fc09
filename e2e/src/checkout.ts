import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository } from "./make.ts";

const applications = ["app-backend", "app-frontend"];
const made = ["node_modules", "dist"];

/** A copy of the applications' source that a test may change; `folder` is what `make` builds from. */
export function checkout() {
  const folder = mkdtempSync(join(tmpdir(), "tintype's source (100 %), ü-"));
  cpSync(join(repository, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  for (const name of applications) {
    const filter = (path: string) => !made.includes(basename(path));
    cpSync(join(repository, name), join(folder, name), { recursive: true, filter });
  }
  for (const path of ["", ...applications].map((name) => join(name, "node_modules"))) {
    if (existsSync(join(repository, path))) symlinkSync(join(repository, path), join(folder, path));
  }

  return {
    folder,
    /** Replaces a text in a file. */
    change(path: string, from: string, to: string): void {
      const file = join(folder, path);
      const text = readFileSync(file, "utf8");
      if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
      writeFileSync(file, text.replace(from, to));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
