import { useElapsed } from "./use-elapsed.ts";

const slowMs = 5_000;

/** Shows after 5 seconds that the wait is longer than usual. */
export function SlowNotice({ active }: { active: boolean }) {
  const slow = useElapsed(active, slowMs);
  return (
    <p role="status" className="small">
      {slow && "This is taking longer than usual. You can keep waiting: nothing is lost."}
    </p>
  );
}
