import { Suspense, lazy } from "react";
import { Page } from "../ui/page.tsx";

/** Loaded when it is first opened, so that signing in does not wait for it. */
const Pictures = lazy(async () => ({ default: (await import("./gallery/pictures.tsx")).Pictures }));

/** Everyone's pictures, or those of the signed-in account. */
export function Gallery({ mine = false }: { mine?: boolean }) {
  return (
    <Page title={mine ? "Your pictures" : "Gallery"}>
      <Suspense fallback={<p className="loading">Opening the gallery…</p>}>
        <Pictures mine={mine} />
      </Suspense>
    </Page>
  );
}
