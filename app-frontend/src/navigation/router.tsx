import { type MouseEvent, type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { type HistoryState, parseHistoryState } from "./history-state.ts";

type Navigation = { replace?: boolean; state?: HistoryState };

/** Shows another page of this site without a page load. */
export function navigate(to: string, { replace = false, state }: Navigation = {}) {
  if (replace) history.replaceState(state, "", to);
  else history.pushState(state, "", to);
  window.scrollTo(0, 0);
  // pushState and replaceState send no event.
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** The path of the current page, without a trailing slash. */
export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.replace(/(.)\/+$/, "$1"));
}

/** The state that the previous page passed to this one. */
export function useHistoryState(): HistoryState {
  return useState(() => parseHistoryState(history.state))[0];
}

type LinkProps = { to: string; state?: HistoryState; className?: string; children: ReactNode };

export function Link({ to, state, className, children }: LinkProps) {
  const current = usePathname() === to ? "page" : undefined;
  return (
    <a href={to} className={className} aria-current={current} onClick={(event) => follow(event, to, state)}>
      {children}
    </a>
  );
}

export function Redirect({ to, returnTo }: { to: string; returnTo?: string | undefined }) {
  useEffect(() => navigate(to, { replace: true, ...(returnTo && { state: { returnTo } }) }), [to, returnTo]);
  return null;
}

function subscribe(listener: () => void) {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
}

/** Clicks that open a tab, a window or a download are the browser's. */
function follow(event: MouseEvent, to: string, state: HistoryState | undefined) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(to, state && { state });
}
