import { spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { diskFull, UserError } from "./user-error.ts";
import { holdSignals, throwIfInterrupted } from "./signals.ts";

export interface RunOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File that standard output and error are appended to. */
  readonly log?: string;
  readonly input?: string | Buffer;
  readonly timeoutMs?: number;
  /** Is given, whenever there is more of it, all that standard output has held so far. */
  readonly heard?: (printed: string) => void;
}

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, also when Ctrl-C comes meanwhile, and gives what it printed, whatever its exit code; -1
 * where it could not be started. After Ctrl-C no program is started, but a UserError thrown.
 */
export function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return holdSignals(() => outcomeOf(program, args, options));
}

function outcomeOf(program: string, args: readonly string[], options: RunOptions): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: "1", ...options.env }, // its output goes into files and messages
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: options.timeoutMs,
    });
    const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: "a" });
    log?.on("error", () => {}); // a full disk must not hide the program's own outcome
    log?.write(`$ ${program} ${args.join(" ")}\n`);
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]!.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        log?.write(text);
        if (name === "stdout") options.heard?.(output.stdout);
      });
    }
    child.stdin?.on("error", () => {}); // a program may end without reading its input
    child.stdin?.end(options.input);
    child.on("error", (error) => {
      log?.end();
      resolve({ code: -1, ...output, stderr: error.message });
    });
    child.on("close", (code) => {
      log?.end();
      resolve({ code: code ?? -1, ...output });
    });
  });
}

/** As `tryRun`, but an exit code other than 0 is a UserError that shows the end of what was printed. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await tryRun(program, args, options);
  if (result.code === 0) return result.stdout;
  throwIfInterrupted(); // then that is why it failed
  throw failureOf(program, args, result, options);
}

/** What to tell of a program that failed: the end of what it printed, and where all of it is. */
export function failureOf(
  program: string,
  args: readonly string[],
  { code, stdout, stderr }: Result,
  { log }: RunOptions,
): UserError {
  const printed = `${stdout}\n${stderr}`.trim();
  if (printed.includes("no space left on device")) return new UserError(diskFull);
  const end = printed.split("\n").slice(-20).join("\n");
  const more = log === undefined ? "" : `\n\nAll of it: ${log}`;
  return new UserError(`${program} ${args[0] ?? ""} failed with exit code ${code}:\n\n${end}${more}`);
}

/** The full path of a program on the PATH, or undefined. */
export function which(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
