import logo from "./art/logo.svg";
import { paths } from "./navigation/paths.ts";
import { Link, usePathname } from "./navigation/router.tsx";
import { productName } from "./product.ts";
import { useSessionState } from "./session/session.tsx";
import { useSignOut } from "./session/use-sign-out.tsx";
import { useFocusFallback } from "./ui/use-focus-fallback.ts";

export function Header() {
  const pathname = usePathname();
  const session = useSessionState();
  const focusFallback = useFocusFallback(() => document.querySelector("h1"));
  return (
    <header className="header" {...focusFallback}>
      <Link to={paths.home()} className="brand">
        <img src={logo} alt="" width="32" height="40" />
        {productName}
      </Link>
      {session.status === "signed-out" && <ForVisitors />}
      {session.status === "signed-in" && <ForMembers key={`${pathname} ${session.account.id}`} />}
    </header>
  );
}

function ForVisitors() {
  return (
    <nav aria-label="Main">
      <Link to={paths.signIn()}>Sign in</Link>
      <Link to={paths.createAccount()}>Create account</Link>
    </nav>
  );
}

function ForMembers() {
  const signOut = useSignOut();
  return (
    <>
      <nav aria-label="Main">
        <Link to={paths.gallery()}>Gallery</Link>
        <Link to={paths.projects()}>Projects</Link>
        <Link to={paths.account()}>Your page</Link>
        {signOut.button}
      </nav>
      <div className="full-row">{signOut.outcome}</div>
    </>
  );
}
