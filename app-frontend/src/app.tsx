import { useEffect, useRef } from "react";
import { Header } from "./header.tsx";
import { Account } from "./pages/account.tsx";
import { Confirm } from "./pages/confirm.tsx";
import { CreateAccount } from "./pages/create-account.tsx";
import { Forgot } from "./pages/forgot.tsx";
import { Gallery } from "./pages/gallery.tsx";
import { NotFound } from "./pages/not-found.tsx";
import { Reset } from "./pages/reset.tsx";
import { SignIn } from "./pages/sign-in.tsx";
import { Unreachable } from "./pages/unreachable.tsx";
import { paths } from "./navigation/paths.ts";
import { Redirect, usePathname } from "./navigation/router.tsx";
import type { SessionState } from "./session/state.ts";
import { useSessionState } from "./session/session.tsx";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { Loading } from "./ui/loading.tsx";
import { OfflineNotice } from "./ui/offline-notice.tsx";
import { InsecureConnectionNotice } from "./ui/insecure-connection-notice.tsx";
import { useFocusFallback } from "./ui/use-focus-fallback.ts";

const known = Object.values(paths).map((path) => path());

export function App() {
  const pathname = usePathname();
  const session = useSessionState();
  const accountId = session.status === "signed-in" ? session.account.id : undefined;
  const focusFallback = useFocusFallback(() => document.querySelector("h1"));
  useHeadingFocus(pathname);
  return (
    <>
      <Header />
      <OfflineNotice />
      <main {...focusFallback}>
        {/* Nothing read or typed under one account stays for the next. */}
        <ErrorBoundary key={`${pathname} ${accountId}`}>
          <Route pathname={pathname} session={session} />
        </ErrorBoundary>
      </main>
      <InsecureConnectionNotice />
    </>
  );
}

function Route({ pathname, session }: { pathname: string; session: SessionState }) {
  if (!known.includes(pathname)) return <NotFound />;
  if (session.status === "starting") return <Loading />;
  if (session.status === "unreachable") return <Unreachable error={session.error} />;
  if (pathname === paths.confirm()) return <Confirm />;
  if (pathname === paths.forgot()) return <Forgot />;
  if (pathname === paths.reset()) return <Reset />;
  if (session.status === "signed-in") {
    if (pathname === paths.account()) return <Account account={session.account} />;
    if (pathname === paths.gallery()) return <Gallery />;
    if (pathname === paths.ownGallery()) return <Gallery mine />;
    return <Redirect to={paths.account()} />;
  }
  if (pathname === paths.createAccount()) return <CreateAccount />;
  if (pathname === paths.signIn()) return <SignIn because={session.because} />;
  return <Redirect to={paths.signIn()} />;
}

/** A page change without a load is announced only by moving the focus to its heading. */
function useHeadingFocus(pathname: string) {
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    document.querySelector("h1")?.focus({ preventScroll: true });
  }, [pathname]);
}
