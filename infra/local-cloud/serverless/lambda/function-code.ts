import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeWhole } from "../../../cli/atomic-file.ts";
import type { FunctionDescription } from "./function-description.ts";
import { readZip } from "./zip.ts";

/** The folder with a function's code below `root`, unpacked once for each sum; an Error if the bytes have another sum. */
export async function unpackedCode(
  root: string,
  { codeSha256, readCode }: Pick<FunctionDescription, "codeSha256" | "readCode">,
): Promise<string> {
  const folder = join(root, Buffer.from(codeSha256, "base64").toString("hex"));
  if (existsSync(folder)) return folder;
  const zip = await readCode();
  if (createHash("sha256").update(zip).digest("base64") !== codeSha256) {
    throw new Error(`The code's sum is not ${codeSha256}`);
  }
  await makeWhole(folder, async (aside) => {
    mkdirSync(aside, { recursive: true });
    for (const { path, mode, data } of readZip(zip)) {
      const file = join(aside, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, data);
      chmodSync(file, mode);
    }
    chmodSync(aside, 0o755);
  });
  return folder;
}
