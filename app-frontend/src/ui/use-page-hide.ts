import { useEffect } from "react";
import { flushSync } from "react-dom";

/**
 * Calls `forget` when the browser leaves the page: it may keep the page as it is, to show it again on Back. Calls
 * `onReturn` when it does. Neither may change from render to render.
 */
export function usePageHide(forget: () => void, onReturn: () => unknown) {
  useEffect(() => {
    const hide = () => flushSync(forget);
    const show = ({ persisted }: PageTransitionEvent) => void (persisted && onReturn());
    window.addEventListener("pagehide", hide);
    window.addEventListener("pageshow", show);
    return () => {
      window.removeEventListener("pagehide", hide);
      window.removeEventListener("pageshow", show);
    };
  }, [forget, onReturn]);
}
