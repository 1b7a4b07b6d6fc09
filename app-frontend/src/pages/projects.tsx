import { Suspense, lazy } from "react";
import type { Account } from "../api/account.ts";
import { Page } from "../ui/page.tsx";

/** Loaded when they are first opened, so that signing in does not wait for them. */
const ProjectList = lazy(async () => ({ default: (await import("./projects/list.tsx")).ProjectList }));
const OpenProject = lazy(async () => ({
  default: (await import("./projects/open-project.tsx")).OpenProject,
}));

/** The account's projects, or those in its bin. */
export function Projects({ bin = false }: { bin?: boolean }) {
  return (
    <Page title={bin ? "Bin" : "Projects"}>
      <Suspense fallback={<p className="loading">Opening your projects…</p>}>
        <ProjectList bin={bin} />
      </Suspense>
    </Page>
  );
}

export function Project({ id, account }: { id: string; account: Account }) {
  return <OpenProject id={id} accountId={account.id} />;
}
