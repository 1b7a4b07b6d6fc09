import { throwIfInterrupted } from "./signals.ts";

const terminal = process.stderr.isTTY === true;

/**
 * Shows one step and its time while it runs: a line that is redrawn on a terminal, elsewhere a line at its beginning, at
 * its end, and every 30 seconds. The line contains what the work notes.
 */
export async function step<T>(
  title: string,
  work: (note: (detail: string) => void) => Promise<T>,
): Promise<T> {
  throwIfInterrupted();
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  let detail = "";
  const draw = () => process.stderr.write(`\r\x1b[K  … ${title} ${detail}${seconds()}`);
  const goesOn = () => process.stderr.write(`… ${title} (${detail}${seconds()} so far)\n`);
  const timer = terminal ? setInterval(draw, 100) : setInterval(goesOn, 30_000);
  if (!terminal) process.stderr.write(`… ${title}\n`);
  try {
    const result = await work((noted) => (detail = `${noted}, `));
    end("✓");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  } finally {
    clearInterval(timer);
  }

  function end(mark: string): void {
    process.stderr.write(`${terminal ? "\r\x1b[K  " : ""}${mark} ${title} (${seconds()})\n`);
  }
}

/** A line for people, beside what a program may read from standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
