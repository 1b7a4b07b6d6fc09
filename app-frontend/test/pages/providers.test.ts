import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../browser/site.tsx";

const ada = accountOf("ada");
const providers = [
  { id: "google", name: "Google" },
  { id: "my-company", name: "My Company" },
];
const identity = {
  id: "i1",
  provider: "Google",
  email: "ada@mail.example",
  createdAt: "2026-03-03T12:00:00Z",
  removable: true,
};

let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

afterEach(() => site.page.close());

describe("the sign-in page", () => {
  beforeEach(() => {
    answers = {
      "POST /api/auth/refresh": () => Response.json({ code: "not_signed_in" }, { status: 401 }),
      "GET /api/auth/oidc": () => ({ providers }),
    };
  });

  const links = () =>
    site.page
      .all("a")
      .filter((link) => link.textContent.startsWith("Sign in with"))
      .map((link) => [link.textContent, link.getAttribute("href")]);

  it("IDP-01 leads to the providers of the site", async () => {
    site = await open("/signin", answers);
    expect(links()).toEqual([
      ["Sign in with Google", "/api/auth/oidc/google"],
      ["Sign in with My Company", "/api/auth/oidc/my-company"],
    ]);
  });

  it("IDP-08 has its form alone when there are none, or they cannot be known", async () => {
    answers["GET /api/auth/oidc"] = () => Response.json({ code: "unavailable" }, { status: 503 });
    site = await open("/signin", answers);
    expect(links()).toEqual([]);
    expect(site.page.field("Password")).toBeDefined();
  });

  it.each([
    ["link", "There is already an account with this email address."],
    ["unavailable", "That site does not answer right now."],
    ["cancelled", "Cancelled: nothing has changed."],
  ])("IDP-02 says what %s means", async (word, text) => {
    site = await open(`/signin?failed=${word}`, answers);
    expect(site.page.text()).toContain(text);
  });

  it.each(["<b>Call 555-0100</b>", "constructor", ""])("IDP-02 shows nothing for %j", async (word) => {
    site = await open(`/signin?failed=${encodeURIComponent(word)}`, answers);
    expect(site.page.text()).not.toContain("555");
    expect(site.page.all("div").filter((each) => each.className === "message")).toEqual([]);
  });

  it("IDP-12 asks for the second step of a sign-in by a provider", async () => {
    answers["POST /api/auth/challenge"] = () => ({
      mfa: { token: "challenge", factors: ["totp"], expiresIn: 300 },
    });
    answers["POST /api/auth/mfa"] = () => tokenResponseFor(ada);
    site = await open("/signin?second", answers);
    await site.page.until(() => site.page.button("Back"));
    await site.page.type(site.page.field("Code"), "012345");
    await site.page.press(site.page.button("Sign in")!);
    expect(site.session.getState().status).toBe("signed-in");
  });

  it("IDP-12 says so when that is over", async () => {
    answers["POST /api/auth/challenge"] = () => Response.json({ code: "challenge_over" }, { status: 401 });
    site = await open("/signin?second", answers);
    expect(site.page.field("Password")).toBeDefined();
    expect(site.page.all("div").filter((each) => each.className === "message")).toHaveLength(1);
  });
});

describe("the account's page", () => {
  let items: object[];

  beforeEach(() => {
    items = [identity];
    answers = {
      "POST /api/auth/refresh": () => tokenResponseFor(ada),
      "GET /api/auth/oidc": () => ({ providers: [] }),
      "GET /api/account/identities": () => ({ items, hasPassword: true }),
    };
  });

  it("IDP-11 lists the identities of the account, and removes one", async () => {
    answers["DELETE /api/account/identities/i1"] = () => {
      items = [];
      return new Response(null, { status: 204 });
    };
    site = await open("/account", answers);
    expect(site.page.text()).toContain("ada@mail.example");
    await site.page.press(site.page.button("Remove Google")!);
    expect(site.page.text()).not.toContain("ada@mail.example");
  });

  it("IDP-11 offers no removal of the only way in", async () => {
    items = [{ ...identity, removable: false }];
    site = await open("/account", answers);
    expect(site.page.button("Remove Google")).toBeUndefined();
    expect(site.page.text()).toContain("this is the only way into it");
  });

  it("IDP-14 lets an account without a password set the first one", async () => {
    let hasPassword = false;
    const sent: unknown[] = [];
    answers["GET /api/account/identities"] = () => ({ items, hasPassword });
    answers["POST /api/auth/password"] = (body) => {
      sent.push(body);
      hasPassword = true;
      return new Response(null, { status: 204 });
    };
    site = await open("/account", answers);
    expect(site.page.all("label").map((label) => label.textContent)).not.toContain("Current password");
    await site.page.type(site.page.field("First password"), "silver and light");
    await site.page.press(site.page.button("Set password")!);
    expect(sent).toEqual([{ next: "silver and light" }]);
    expect(site.page.button("Set password")).toBeUndefined();
  });

  it("IDP-12 leads to the provider where only a sign-in there is a proof", async () => {
    const asked: string[] = [];
    answers["GET /api/auth/oidc"] = () => ({ providers });
    answers["DELETE /api/account/identities/i1"] = () =>
      Response.json({ code: "step_up_required", ways: ["provider"] }, { status: 403 });
    answers["POST /api/auth/step-up/my-company"] = () => {
      asked.push("my-company");
      return Response.json({ code: "unavailable" }, { status: 503 });
    };
    site = await open("/account?proven=google", answers);
    expect(site.page.text()).toContain("Confirmed.");
    await site.page.press(site.page.button("Remove Google")!);
    await site.page.press(site.page.button("Sign in with My Company")!);
    expect(asked).toEqual(["my-company"]);
  });

  it("IDP-14 removes an account without a password", async () => {
    const sent: unknown[] = [];
    answers["GET /api/account/identities"] = () => ({ items, hasPassword: false });
    answers["DELETE /api/auth/remove"] = (body) => {
      sent.push(body);
      return new Response(null, { status: 204 });
    };
    site = await open("/account", answers);
    await site.page.press(site.page.button("Remove account")!);
    await site.page.press(site.page.button("Remove for good")!);
    expect(sent).toEqual([{}]);
    expect(site.page.text()).toContain("Your account has been removed");
  });

  it.each(["failed=taken", "linked=google", "proven=google"])(
    "shows first how a visit there has ended: %s",
    async (search) => {
      site = await open(`/account?${search}`, answers);
      expect(site.page.focused().textContent).toBe("Sign in with another site");
    },
  );

  it("shows nothing of it where there is nothing", async () => {
    items = [];
    site = await open("/account", answers);
    expect(site.page.text()).not.toContain("Sign in with another site");
  });
});
