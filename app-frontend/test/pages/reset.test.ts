import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { accountOf, tokenResponseFor, open } from "../browser/site.tsx";

const ada = accountOf("ada");
let site: Awaited<ReturnType<typeof open>>;
let sent: unknown[];

beforeEach(async () => {
  sent = [];
  site = await open("/reset", {
    "POST /api/auth/refresh": () => tokenResponseFor(ada),
    "POST /api/auth/reset": (body) => void sent.push(body),
  });
});
afterEach(() => site.page.close());

async function reset(email: string) {
  await site.page.type(site.page.field("Email"), email);
  await site.page.type(site.page.field("Code"), "1234 5678 9012");
  await site.page.type(site.page.field("New password"), "long enough");
  await site.page.press(site.page.button("Set password")!);
}

it("does not sign out when the password was that of another account", async () => {
  await reset("bob@example.com");
  expect(site.session.getState().status).toBe("signed-in");
  expect(site.page.text()).toContain("The new password is set.");
  expect(site.page.field("New password").value).toBe("");
});

it("leads to the sign-in page when it was the password of the signed-in account", async () => {
  await reset("Ada@example.com");
  expect(site.session.getState().status).toBe("signed-out");
  expect(site.page.path()).toBe("/signin");
  expect(site.page.text()).toContain("Your new password is set.");
});

it("PKY-11 asks for a recovery code where the account has no password, and sends none otherwise", async () => {
  await reset("bob@example.com");
  await site.page.press(site.page.button("My account has no password yet")!);
  await reset("bob@example.com");
  expect(site.page.text()).toContain("Enter all 10 characters");
  await site.page.type(site.page.field("Recovery code"), "abcde-12345");
  await site.page.press(site.page.button("Set password")!);
  const values = { email: "bob@example.com", code: "123456789012", password: "long enough" };
  expect(sent).toEqual([values, { ...values, recoveryCode: "abcde-12345" }]);
});
