import { type RefObject, useEffect } from "react";

/** Calls `onNear` when the element comes within `margin` of what is seen, or is there when `active` becomes true. */
export function useNear(
  element: RefObject<HTMLElement | null>,
  active: boolean,
  onNear: () => void,
  margin = "1500px",
) {
  useEffect(() => {
    if (!active || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && onNear(),
      { rootMargin: `${margin} 0px` },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, active, onNear, margin]);
}
