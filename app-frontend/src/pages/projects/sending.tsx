import { useEffect } from "react";
import { Button } from "../../ui/button.tsx";

/** The progress of a file, `sent` from 0 to 1. Then the server looks through it. */
export function Sending({ active, sent, onCancel }: { active: boolean; sent: number; onCancel: () => void }) {
  const percent = Math.floor(sent * 100);
  useAskBeforeLeaving(active);
  return (
    <div className="progress">
      {active && <progress aria-label="Upload" max="100" value={percent} />}
      {active && sent < 1 && <p className="small">Sending the file: {percent} %</p>}
      <p role="status" className="small">
        {active && sent === 1 && "Checking the file…"}
      </p>
      {active && (
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
      )}
    </div>
  );
}

function useAskBeforeLeaving(active: boolean) {
  useEffect(() => {
    if (!active) return;
    const ask = (event: Event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [active]);
}
