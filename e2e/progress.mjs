/** Prints each test when it ends: Jest itself is silent until a file ends, and the rehearsal is one that takes half an hour. */
export default class Progress {
  onTestCaseResult(_test, { status, title, duration, failureMessages }) {
    if (status === "pending") return;
    console.log(`${status === "passed" ? "✓" : "✕"} ${title} (${((duration ?? 0) / 1000).toFixed(1)} s)`);
    for (const message of failureMessages) console.log(message);
  }
}
