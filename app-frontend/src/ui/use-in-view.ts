import { type RefObject, useEffect } from "react";

/** Calls `onInView` when the element is within `margin` of the viewport and `active` is true. */
export function useInView(
  element: RefObject<HTMLElement | null>,
  active: boolean,
  onInView: () => void,
  margin = "1500px",
) {
  useEffect(() => {
    if (!active || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && onInView(),
      { rootMargin: `${margin} 0px` },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, active, onInView, margin]);
}
