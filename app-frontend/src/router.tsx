import { type MouseEvent, type ReactNode, useEffect, useSyncExternalStore } from "react";

/** Shows another page of this site without loading it anew. */
export function navigate(to: string, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  window.scrollTo(0, 0);
  // The history API tells nobody of its own changes.
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** The path of the page on show, without a trailing slash. */
export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.replace(/(.)\/+$/, "$1"));
}

export function Link({ to, children, className }: { to: string; children: ReactNode; className?: string }) {
  const current = usePathname() === to ? "page" : undefined;
  return (
    <a href={to} className={className} aria-current={current} onClick={(event) => follow(event, to)}>
      {children}
    </a>
  );
}

export function Redirect({ to }: { to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}

function subscribe(listener: () => void) {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
}

/** Leaves to the browser what opens a tab, a window or a download. */
function follow(event: MouseEvent, to: string) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(to);
}
