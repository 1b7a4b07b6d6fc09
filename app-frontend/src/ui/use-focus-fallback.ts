import { useEffect, useRef } from "react";

/** Moves the focus to what `fallback` returns when the focused element inside is removed. */
export function useFocusFallback(fallback: () => HTMLElement | null | undefined) {
  const inside = useRef(false);
  useEffect(() => {
    if (inside.current && document.activeElement === document.body) fallback()?.focus();
  });
  return {
    onFocus: () => void (inside.current = true),
    // React sends no blur event for an element that it removes.
    onBlur: () => void (inside.current = false),
  };
}
