import logo from "./art/logo.svg";
import { paths } from "./paths.ts";
import { Link } from "./router.tsx";
import { useSessionState } from "./session.tsx";

export function Header() {
  const { status } = useSessionState();
  return (
    <header className="header">
      <Link to={paths.home()} className="brand">
        <img src={logo} alt="" width="32" height="40" />
        Tintype
      </Link>
      <nav aria-label="Main">
        {status === "signed-out" && (
          <>
            <Link to={paths.signIn()}>Sign in</Link>
            <Link to={paths.createUser()}>Create user</Link>
          </>
        )}
        {status === "signed-in" && (
          <>
            <Link to={paths.gallery()}>Gallery</Link>
            <Link to={paths.account()}>Your page</Link>
          </>
        )}
      </nav>
    </header>
  );
}
