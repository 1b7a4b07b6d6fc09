import { UserError } from "./user-error.ts";

const signals = ["SIGINT", "SIGTERM"] as const;
let running = 0;
let interrupted = false;

/**
 * Holds back the signals that would end this process until `work` has ended. Ctrl-C reaches the program that it waits
 * for too: a Terraform that is left alone keeps its lock, and no one learns what it made.
 */
export async function holdSignals<T>(work: () => Promise<T>): Promise<T> {
  throwIfInterrupted();
  if (running === 0) for (const signal of signals) process.on(signal, note);
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    if (running === 0) for (const signal of signals) process.off(signal, note);
  }
}

/** Nothing new is begun after a signal: a UserError says that this was not the end of the work. */
export function throwIfInterrupted(): void {
  if (interrupted) throw new UserError("Interrupted. Run the command again: it continues where it stopped.");
}

function note(): void {
  if (!interrupted) process.stderr.write("\nInterrupted: what runs now may end first.\n");
  interrupted = true;
}
