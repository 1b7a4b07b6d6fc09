import { Suspense, lazy, useCallback, useEffect, useRef, useState } from "react";
import { Header } from "./header.tsx";
import { Gallery } from "./pages/gallery.tsx";
import { NotFound } from "./pages/not-found.tsx";
import { Project, Projects } from "./pages/projects.tsx";
import { SignIn } from "./pages/sign-in.tsx";
import { Unreachable } from "./pages/unreachable.tsx";
import { paths, projectIdIn } from "./navigation/paths.ts";
import { Redirect, useHistoryState, usePathname } from "./navigation/router.tsx";
import type { SessionState } from "./session/state.ts";
import { useSessionState } from "./session/session.tsx";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { Loading } from "./ui/loading.tsx";
import { OfflineNotice } from "./ui/offline-notice.tsx";
import { InsecureConnectionNotice } from "./ui/insecure-connection-notice.tsx";
import { useFocusFallback } from "./ui/use-focus-fallback.ts";

// Pages load by route, so that the first one, usually for signing in, waits for no other.
const Account = lazy(async () => ({ default: (await import("./pages/account.tsx")).Account }));
const CreateAccount = lazy(async () => ({
  default: (await import("./pages/create-account.tsx")).CreateAccount,
}));
const Confirm = lazy(async () => ({ default: (await import("./pages/confirm.tsx")).Confirm }));
const Forgot = lazy(async () => ({ default: (await import("./pages/forgot.tsx")).Forgot }));
const Reset = lazy(async () => ({ default: (await import("./pages/reset.tsx")).Reset }));

const known = Object.values(paths).map((path) => path());

export function App() {
  const pathname = usePathname();
  const session = useSessionState();
  const accountId = session.status === "signed-in" ? session.account.id : undefined;
  const focusFallback = useFocusFallback(() => document.querySelector("h1"));
  const onShown = useHeadingFocus(pathname);
  return (
    <>
      <Header />
      <OfflineNotice />
      <main {...focusFallback}>
        {/* Nothing read or typed under one account stays for the next. */}
        <ErrorBoundary key={`${pathname} ${accountId}`}>
          <Suspense fallback={<Loading />}>
            <Route pathname={pathname} session={session} />
            <Shown pathname={pathname} onShown={onShown} />
          </Suspense>
        </ErrorBoundary>
      </main>
      <InsecureConnectionNotice />
    </>
  );
}

function Route({ pathname, session }: { pathname: string; session: SessionState }) {
  const projectId = projectIdIn(pathname);
  const returnTo = useReturn(pathname, session);
  if (!known.includes(pathname) && !projectId) return <NotFound />;
  if (session.status === "starting") return <Loading />;
  if (session.status === "unreachable") return <Unreachable error={session.error} />;
  if (pathname === paths.confirm()) return <Confirm />;
  if (pathname === paths.forgot()) return <Forgot />;
  if (pathname === paths.reset()) return <Reset />;
  if (session.status === "signed-in") {
    if (pathname === paths.account()) return <Account account={session.account} />;
    if (pathname === paths.gallery()) return <Gallery />;
    if (pathname === paths.ownGallery()) return <Gallery mine />;
    if (pathname === paths.projects()) return <Projects />;
    if (pathname === paths.projectBin()) return <Projects bin />;
    if (projectId) return <Project id={projectId} account={session.account} />;
    return <Return />;
  }
  if (pathname === paths.createAccount()) return <CreateAccount />;
  if (pathname === paths.signIn()) return <SignIn because={session.because} />;
  return <Redirect to={paths.signIn()} returnTo={returnTo} />;
}

/** The project to return to: the page was opened without a session, or the session ended there. Signing out is no reason. */
function useReturn(pathname: string, session: SessionState): string | undefined {
  const [wasSignedIn, setSignedIn] = useState(false);
  if (session.status === "signed-in" && !wasSignedIn) setSignedIn(true);
  const isEnded = session.status === "signed-out" && (session.because === "ended" || !wasSignedIn);
  return isEnded && projectIdIn(pathname) ? pathname : undefined;
}

function Return() {
  const { returnTo = paths.account() } = useHistoryState();
  return <Redirect to={returnTo} />;
}

/** Beside a page that may have to be loaded: its effect runs when that is shown. */
function Shown({ pathname, onShown }: { pathname: string; onShown: (pathname: string) => void }) {
  useEffect(() => onShown(pathname), [pathname, onShown]);
  return null;
}

/** A page change without a load is announced only by moving the focus to its heading. */
function useHeadingFocus(pathname: string) {
  const shown = useRef(pathname);
  return useCallback((now: string) => {
    if (shown.current === now) return;
    shown.current = now;
    document.querySelector("h1")?.focus({ preventScroll: true });
  }, []);
}
