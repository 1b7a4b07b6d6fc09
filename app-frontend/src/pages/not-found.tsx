import { paths } from "../navigation/paths.ts";
import { Link } from "../navigation/router.tsx";
import { Page } from "../ui/page.tsx";

export function NotFound() {
  return (
    <Page title="Page not found">
      <p>There is nothing at this address. It may be mistyped, or the page may be gone.</p>
      <p>
        <Link to={paths.home()}>Go to the home page</Link>
      </p>
    </Page>
  );
}
