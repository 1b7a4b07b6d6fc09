import type { TestApp } from "./app.ts";
import { someAddress } from "./client.ts";
import type { Person, TestProvider } from "./test-provider.ts";

/** Where a navigation led, and the cookies of the browser afterwards. */
export interface Landing {
  readonly status: number;
  readonly location: string;
  /** The cookie of the flow, as a request sends it; empty if none was set. */
  readonly flow: string;
  /** The refresh cookie. */
  readonly cookie: string;
  readonly cookies: readonly string[];
}

type Place = Pick<TestApp, "url">;

/** A navigation of the browser to a path of the API. */
export async function navigate(
  app: Place,
  path: string,
  flow = "",
  address = someAddress(),
): Promise<Landing> {
  const headers = { "x-forwarded-for": address, ...(flow && { cookie: flow }) };
  const response = await fetch(`${app.url}/api${path}`, { redirect: "manual", headers });
  const cookies = response.headers.getSetCookie();
  const named = (name: string) =>
    cookies.find((cookie) => cookie.replace(/^__Host-/, "").startsWith(`${name}=`))?.split(";")[0] ?? "";
  return {
    status: response.status,
    location: response.headers.get("location") ?? "",
    flow: named("refresh-provider"),
    cookie: named("refresh"),
    cookies,
  };
}

/** Comes back from a provider by its answer. */
export function comeBack(app: Place, { pathname, search }: URL, flow: string, address?: string) {
  return navigate(app, `${pathname.replace(/^\/api/, "")}${search}`, flow, address);
}

/** Signs in from the first page to the last. */
export async function signInBy(
  app: Place,
  provider: TestProvider,
  person: Person,
  address?: string,
): Promise<Landing> {
  const { location, flow } = await navigate(app, "/auth/oidc/test", "", address);
  return comeBack(app, provider.signIn(location, person), flow, address);
}
