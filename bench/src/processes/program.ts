import { fork } from "node:child_process";
import { join } from "node:path";
import { programsFolder } from "./bundles.ts";
import { end, remember } from "./children.ts";
import { node } from "./runtime.ts";

/** One of `src/programs/`, as a process that is asked by messages. */
export interface Program {
  readonly pid: number;
  tell(message: object): void;
  /** The answer to a message. Throws if there is none before the process ends. */
  ask<Reply>(message: object): Promise<Reply>;
  stop(): Promise<void>;
}

export function startProgram(name: string, env: Readonly<Record<string, string>> = {}): Program {
  const child = remember(
    fork(join(programsFolder, `${name}.mjs`), {
      execPath: node,
      execArgv: [],
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit", "ipc"], // a function's log is its standard output
    }),
  );

  function ask<Reply>(message: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error(`${name} ended without an answer`));
      child.once("exit", fail);
      child.once("message", (reply) => {
        child.off("exit", fail);
        resolve(reply as Reply);
      });
      child.send(message);
    });
  }
  return { pid: child.pid!, tell: (message) => child.send(message), ask, stop: () => end(child) };
}
