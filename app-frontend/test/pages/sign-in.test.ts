import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../browser/site.tsx";

const ada = accountOf("ada");
const mfa = { token: "challenge", factors: ["totp", "recovery"], expiresIn: 300 };
const refusal = (status: number, code: string, more = {}) => Response.json({ code, ...more }, { status });

let sent: unknown[];
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

beforeEach(async () => {
  sent = [];
  answers = {
    "POST /api/auth/refresh": () => refusal(401, "not_signed_in"),
    "POST /api/auth/signin": () => ({ mfa }),
    "POST /api/auth/mfa": (body) => (sent.push(body), tokenResponseFor(ada)),
  };
  site = await open("/signin", answers);
});
afterEach(() => site.page.close());

async function enterPassword() {
  const { page } = site;
  await page.type(page.field("Email"), "ada@example.com");
  await page.type(page.field("Password"), "silver and light");
  await page.press(page.button("Sign in")!);
  await page.until(() => page.button("Back"));
}

async function enterCode(code: string, label = "Code") {
  await site.page.type(site.page.field(label), code);
  await site.page.press(site.page.button("Sign in")!);
}

describe("the second step", () => {
  it("MFA-07 takes a code in groups as text, in a field that the browser can fill in", async () => {
    await enterPassword();
    const { page } = site;
    const field = page.field("Code");
    expect(page.focused()).toBe(field);
    expect({ type: field.type, inputMode: field.inputMode, autocomplete: field.autocomplete }).toEqual({
      type: "text",
      inputMode: "numeric",
      autocomplete: "one-time-code",
    });
    expect(site.session.getState().status).toBe("signed-out");
    await enterCode(" 012 345 ");
    expect(sent).toEqual([{ token: "challenge", code: "012345" }]);
    expect(site.session.getState().status).toBe("signed-in");
    expect(page.path()).toBe("/account");
  });

  it("MFA-07 sends nothing for an empty field, and one proof whatever was typed as the other", async () => {
    await enterPassword();
    await enterCode("");
    await enterCode("1234567");
    expect(site.page.text()).toContain("Enter the 6 digits that your app shows.");
    await site.page.press(site.page.button("Use a recovery code")!);
    expect(site.page.focused()).toBe(site.page.field("Recovery code"));
    await enterCode("", "Recovery code");
    expect(sent).toEqual([]);
    await enterCode("abcde-fghjk", "Recovery code");
    expect(sent).toEqual([{ token: "challenge", recoveryCode: "abcdefghjk" }]);
  });

  it.each([
    [refusal(401, "wrong_code"), "This code is wrong or was used before."],
    [refusal(401, "wrong_code", { hint: "clock" }), "Set the clock of your phone to automatic"],
  ])("says beside the field that a code is wrong", async (answer, words) => {
    answers["POST /api/auth/mfa"] = () => answer;
    await enterPassword();
    await enterCode("123456");
    expect(site.page.text()).toContain(words);
    expect(site.page.field("Code").getAttribute("aria-invalid")).toBe("true");
    expect(site.page.focused()).toBe(site.page.field("Code"));
  });

  it("says beside the field that a recovery code is wrong, and leaves that behind with the field", async () => {
    answers["POST /api/auth/mfa"] = () => refusal(401, "wrong_code");
    await enterPassword();
    await site.page.press(site.page.button("Use a recovery code")!);
    await enterCode("ABCDE-FGHJK", "Recovery code");
    expect(site.page.text()).toContain("This code is wrong or was used before.");
    expect(site.page.focused()).toBe(site.page.field("Recovery code"));
    await site.page.press(site.page.button("Use the app")!);
    expect(site.page.field("Code").value).toBe("");
    expect(site.page.text()).not.toContain("This code is wrong");
  });

  it("says how long to wait, and that the server cannot be reached", async () => {
    answers["POST /api/auth/mfa"] = () =>
      new Response('{"code":"too_many_requests"}', { status: 429, headers: { "retry-after": "45" } });
    await enterPassword();
    await enterCode("123456");
    expect(site.page.text()).toContain("Too many attempts. Try again in 45 seconds.");
    delete answers["POST /api/auth/mfa"];
    await enterCode("123456");
    expect(site.page.text()).toContain("cannot be reached");
    expect(site.page.field("Code").value).toBe("123456");
  });

  it("goes back to the password when it took too long, with the address", async () => {
    answers["POST /api/auth/mfa"] = () => refusal(401, "challenge_over");
    await enterPassword();
    await enterCode("123456");
    expect(site.page.text()).toContain("Enter your password again.");
    expect(site.page.focused().textContent).toBe("Sign in");
    expect(site.page.field("Email").value).toBe("ada@example.com");
    expect(site.page.field("Password").value).toBe("");
  });

  it("goes back when asked to", async () => {
    await enterPassword();
    await site.page.press(site.page.button("Back")!);
    expect(site.page.field("Email").value).toBe("ada@example.com");
    expect(site.page.text()).not.toContain("took too long");
  });

  it("keeps the challenge in no history entry and no storage", async () => {
    await enterPassword();
    expect(JSON.stringify([history.state, location.href, { ...window.localStorage }])).not.toContain(
      "challenge",
    );
  });

  it.each([
    [["recovery"], "Recovery code"],
    [["totp"], "Code"],
  ])("offers what the account has: %p", async (factors, label) => {
    answers["POST /api/auth/signin"] = () => ({ mfa: { ...mfa, factors } });
    await enterPassword();
    expect(site.page.field(label)).toBeDefined();
    expect(site.page.button("Use")).toBeUndefined();
  });

  it("SMS-02 has a code sent to the phone, says that it may not arrive, and offers other ways when it was refused", async () => {
    const factors = ["sms", "recovery"];
    answers["POST /api/auth/signin"] = () => ({ mfa: { ...mfa, factors } });
    answers["POST /api/auth/mfa/text"] = () => ({ ending: "78", resendAfter: 60, expiresIn: 300 });
    await enterPassword();
    const { page } = site;
    await page.press(page.button("Send a code")!);
    expect(page.text()).toContain("ends with 78 is on its way. If it does not arrive, use another way.");
    expect(page.button("Send another code")!.getAttribute("aria-disabled")).toBe("true");
    expect(page.text()).toMatch(/in (60|59) seconds/);
    await enterCode("123 456");
    expect(sent).toEqual([{ token: "challenge", textCode: "123456" }]);
  });

  it("SMS-02 does not say that a message was sent if it was refused", async () => {
    answers["POST /api/auth/signin"] = () => ({ mfa: { ...mfa, factors: ["sms", "recovery"] } });
    answers["POST /api/auth/mfa/text"] = () => refusal(502, "text_not_sent", { hint: "opted_out" });
    await enterPassword();
    const { page } = site;
    await page.press(page.button("Send a code")!);
    expect(page.text()).toContain("This number refuses our messages. Use another way.");
    expect(page.text()).not.toContain("on its way");
    await page.press(page.button("Use a recovery code")!);
    expect(page.field("Recovery code")).toBeDefined();
  });

  it("says that a factor of a later release cannot be used", async () => {
    answers["POST /api/auth/signin"] = () => ({ mfa: { ...mfa, factors: ["passkey"] } });
    await enterPassword();
    expect(site.page.text()).toContain("a second factor that cannot be used on this page");
  });
});

it("PRJ-27 returns to the project after the second step", async () => {
  await site.page.close();
  site = await open("/projects/p1", answers);
  expect(site.page.path()).toBe("/signin");
  await enterPassword();
  await enterCode("123456");
  expect(site.page.path()).toBe("/projects/p1");
});
