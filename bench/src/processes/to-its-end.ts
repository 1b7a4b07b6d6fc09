import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { remember } from "./children.ts";

export interface Ended {
  readonly wallMs: number;
  /** The most that it held at once. */
  readonly memoryMb: number;
}

const tellsMemory = "process.on('exit', () => console.error('\\nKB', process.resourceUsage().maxRSS))";

/** Runs a TypeScript program until it ends; throws with its output if it fails. */
export async function runToItsEnd(file: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const imports = ["tsx", `data:text/javascript,${encodeURIComponent(tellsMemory)}`];
  const startedAt = performance.now();
  const child = remember(
    spawn(process.execPath, [...imports.flatMap((each) => ["--import", each]), file], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    }),
  );
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  const [, kib] = /\nKB (\d+)\n$/.exec(output) ?? [];
  if (code !== 0 || kib === undefined) throw new Error(`${file} failed:\n${output.slice(-2000)}`);
  return { wallMs: performance.now() - startedAt, memoryMb: (Number(kib) * 1024) / 1e6 };
}
