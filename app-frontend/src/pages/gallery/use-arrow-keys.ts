import { useEffect } from "react";

const steps: Record<string, -1 | 1> = { ArrowLeft: -1, ArrowRight: 1 };

/** Handles the arrow keys wherever the focus is, except in combinations such as Alt+Left, which means back. */
export function useArrowKeys(active: boolean, onStep: (step: -1 | 1) => void) {
  useEffect(() => {
    if (!active) return;
    const press = (event: KeyboardEvent) => {
      const step = steps[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      onStep(step);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [active, onStep]);
}
