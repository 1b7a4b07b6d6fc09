import logo from "./art/logo.svg";
import { paths } from "./paths.ts";
import { Link } from "./router.tsx";
import { useSessionState } from "./session.tsx";
import { useSignOut } from "./sign-out.tsx";

export function Header() {
  const { status } = useSessionState();
  return (
    <header className="header">
      <Link to={paths.home()} className="brand">
        <img src={logo} alt="" width="32" height="40" />
        Tintype
      </Link>
      {status === "signed-out" && <ForVisitors />}
      {status === "signed-in" && <ForMembers />}
    </header>
  );
}

function ForVisitors() {
  return (
    <nav aria-label="Main">
      <Link to={paths.signIn()}>Sign in</Link>
      <Link to={paths.createUser()}>Create user</Link>
    </nav>
  );
}

function ForMembers() {
  const signOut = useSignOut();
  return (
    <>
      <nav aria-label="Main">
        <Link to={paths.gallery()}>Gallery</Link>
        <Link to={paths.account()}>Your page</Link>
        {signOut.button}
      </nav>
      <div className="full-row">{signOut.outcome}</div>
    </>
  );
}
