import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../..");
export const stateRoot = join(repository, ".tintype");

export interface Made {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LocalDeployment {
  readonly name: string;
  readonly localPort: number;
  readonly timeoutMs: number;
  /** Added to the environment that make gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gives way to what serves, which has a machine to itself on AWS. @default - false */
  readonly givesWay?: boolean;
}

// What a test runner, or a make around it, passes to its children. With NODE_ENV the site would be built for tests.
const unwanted = ["NODE_ENV", "NODE_OPTIONS", "JEST_WORKER_ID", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"];

/** The environment of a person's shell. */
export function makeEnvironment(added: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => !unwanted.includes(key));
  return { ...Object.fromEntries(own), ...added };
}

/** `make` for one deployment in the local cloud. What it prints also goes to `.tintype/NAME.log`. */
export function localMake({ name, localPort, ...options }: LocalDeployment) {
  return makeWith(["CLOUD=local", `NAME=${name}`, `LOCAL_PORT=${localPort}`], { name, ...options });
}

/** `make` with settings that each of its commands gets. */
export function makeWith(
  fixed: readonly string[],
  { name, timeoutMs, givesWay = false, env: added = {} }: Omit<LocalDeployment, "localPort">,
) {
  const env = makeEnvironment(added);
  mkdirSync(stateRoot, { recursive: true });

  return function make(target: string, ...settings: string[]): Promise<Made> {
    const args = [target, ...fixed, ...settings];
    const log = createWriteStream(join(stateRoot, `${name}.log`), { flags: "a" });
    log.write(`\n$ make ${args.join(" ")}\n`);
    return new Promise((resolve, reject) => {
      const stdio = ["ignore", "pipe", "pipe"] as const;
      const [program = "", ...words] = [...(givesWay ? ["nice"] : []), "make", ...args];
      const child = spawn(program, words, { cwd: repository, env, stdio: [...stdio], timeout: timeoutMs });
      const printed = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const) {
        child[stream]!.setEncoding("utf8").on("data", (text: string) => {
          printed[stream] += text;
          log.write(text);
        });
      }
      child.on("error", reject);
      child.on("close", (code) => log.end(() => resolve({ code: code ?? -1, ...printed })));
    });
  };
}

export type Make = ReturnType<typeof localMake>;

/** As `make`, but rejects if it fails. */
export function succeeding(make: Make): Make {
  return async (target, ...settings) => {
    const made = await make(target, ...settings);
    if (made.code === 0) return made;
    throw new Error(`make ${target} ended with ${made.code}:\n${made.stderr.slice(-2000)}`);
  };
}
