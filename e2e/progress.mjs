import { basename, dirname } from "node:path";

/** Prints each test when it ends: Jest itself is silent until a file ends, and a rehearsal takes half an hour. */
export default class Progress {
  onTestCaseResult({ path }, { status, title, duration, failureMessages }) {
    if (status === "pending") return;
    const stack = basename(dirname(path));
    console.log(
      `${status === "passed" ? "✓" : "✕"} ${stack}: ${title} (${((duration ?? 0) / 1000).toFixed(1)} s)`,
    );
    for (const message of failureMessages) console.log(message);
  }
}
