import { useEffect, useRef } from "react";

/** When the element inside that had the focus is gone, gives the focus to what `fallback` finds. */
export function useFocusFallback(fallback: () => HTMLElement | null | undefined) {
  const inside = useRef(false);
  useEffect(() => {
    if (inside.current && document.activeElement === document.body) fallback()?.focus();
  });
  return {
    onFocus: () => void (inside.current = true),
    // React tells no blur of an element that it removes itself.
    onBlur: () => void (inside.current = false),
  };
}
