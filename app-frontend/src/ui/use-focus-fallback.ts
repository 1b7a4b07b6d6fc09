import { useEffect, useRef } from "react";

/** When the element inside that had the focus is gone, gives the focus to what `heir` finds. */
export function useKeptFocus(heir: () => HTMLElement | null | undefined) {
  const inside = useRef(false);
  useEffect(() => {
    if (inside.current && document.activeElement === document.body) heir()?.focus();
  });
  return {
    onFocus: () => void (inside.current = true),
    // React tells no blur of an element that it removes itself.
    onBlur: () => void (inside.current = false),
  };
}
