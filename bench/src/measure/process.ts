import { readFileSync, readdirSync } from "node:fs";

/**
 * Processor time that a process has had, in microseconds. Of its threads one by one, because the kernel counts
 * these in nanoseconds and the whole process in hundredths of a second (proc(5), schedstat).
 */
export function cpuMicros(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map((thread) => nanosOf(`/proc/${pid}/task/${thread}/schedstat`));
  return nanos.reduce((sum, each) => sum + each, 0) / 1000;
}

function nanosOf(path: string): number {
  try {
    return Number(readFileSync(path, "utf8").split(" ")[0]);
  } catch {
    return 0; // a thread that has just ended
  }
}

/** What a process holds in memory now (`VmRSS`), or held at most (`VmHWM`), in MB. */
export function memoryMb(pid: number, field: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status) ?? [];
  return (Number(kib) * 1024) / 1e6;
}
