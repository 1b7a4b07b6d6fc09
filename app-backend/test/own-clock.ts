const tickMs = 10;

/**
 * A clock that stands still while the machine runs others: of each time between two ticks it counts a tick or two, and what this
 * process computed. So it shows how long a process waits or works, however busy the machine is. Stop it at the end.
 */
export function ownClock() {
  let [elapsedMs, lastMs, used] = [0, performance.now(), process.cpuUsage()];

  function now(): number {
    const [nowMs, all] = [performance.now(), process.cpuUsage()];
    const computedMs = (all.user - used.user + all.system - used.system) / 1_000;
    elapsedMs += Math.min(nowMs - lastMs, 2 * tickMs + computedMs);
    [lastMs, used] = [nowMs, all];
    return elapsedMs;
  }

  const timer = setInterval(now, tickMs);
  return { now, stop: () => clearInterval(timer) };
}
