import { afterEach, describe, expect, it } from "@jest/globals";
import { accountOf, tokenResponseFor, open } from "./browser/site.tsx";

const ada = accountOf("ada");
const bob = accountOf("bob");
let site: Awaited<ReturnType<typeof open>>;
afterEach(() => site.page.close());

it("SESS-16 keeps nothing of one account on the page when another tab signs in with another", async () => {
  site = await open("/account", { "POST /api/auth/refresh": () => tokenResponseFor(ada) });
  await site.page.type(site.page.field("First name"), "Augusta");
  await site.page.after(() => site.session.receive({ signedIn: tokenResponseFor(bob) }));
  expect(site.page.text()).toContain(bob.email);
  expect(site.page.field("First name").value).toBe("bob");
  expect(site.page.field("Username").value).toBe("bob");
});

it("keeps the focus on the page during a retry", async () => {
  const answers: Parameters<typeof open>[1] = {};
  site = await open("/account", answers);
  const { page } = site;
  await page.press(page.button("Try again")!);
  await page.after(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(page.focused().textContent).toBe("Not available");
  answers["POST /api/auth/refresh"] = () => tokenResponseFor(ada);
  await page.press(page.button("Try again")!);
  await page.after(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(page.focused().textContent).toBe("Your page");
});

describe("signing out", () => {
  it.each([
    ["/account", "Sign in"],
    ["/gallery", "Sign in"],
    ["/gallery/mine", "Sign in"],
    ["/reset", "Set a new password"],
  ])("SESS-21 is one press away at %s", async (pathname, heading) => {
    site = await open(pathname, {
      "POST /api/auth/refresh": () => tokenResponseFor(ada),
      "DELETE /api/auth/signout": () => ({}),
    });
    await site.page.press(site.page.button("Sign out")!);
    await site.page.after(() => new Promise((resolve) => setTimeout(resolve, 20)));
    expect(site.session.getState().status).toBe("signed-out");
    expect(site.page.focused().textContent).toBe(heading);
  });

  it("shows an error when the server cannot be reached, and stays signed in", async () => {
    site = await open("/gallery", { "POST /api/auth/refresh": () => tokenResponseFor(ada) });
    await site.page.press(site.page.button("Sign out")!);
    await site.page.after(() => new Promise((resolve) => setTimeout(resolve, 20)));
    expect(site.page.text()).toContain("You are still signed in.");
    expect(site.session.getState().status).toBe("signed-in");
  });
});
