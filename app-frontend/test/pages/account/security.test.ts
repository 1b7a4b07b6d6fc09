import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Factors } from "../../../src/api/factors.ts";
import { navigate } from "../../../src/navigation/router.tsx";
import { accountOf, open, tokenResponseFor } from "../../browser/site.tsx";

const ada = accountOf("ada");
const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const uri = `otpauth://totp/Tintype:ada%40example.com?secret=${secret}&issuer=Tintype`;
const codes = Array.from({ length: 10 }, (_, at) => `ABCDEFGHJ${at}`);
const off: Factors = { totp: null, phone: null, recoveryCodes: null, events: [] };
const totp = { enrolledAt: "2026-03-03T12:00:00Z", lastUsedAt: "2026-03-03T12:00:00Z" };
const on = (left = 10, seen = true): Factors => ({ ...off, totp, recoveryCodes: { left, seen } });
const refusal = (status: number, code: string, more = {}) => Response.json({ code, ...more }, { status });

let factors: Factors;
let sent: [string, unknown][];
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

/** An answer that notes what was sent. */
const noting = (name: string, answer: () => unknown) => (body: unknown) => {
  sent.push([name, body]);
  return answer();
};

beforeEach(() => {
  factors = off;
  sent = [];
  answers = {
    "POST /api/auth/refresh": () => tokenResponseFor(ada),
    "GET /api/auth/sessions": () => ({ items: [] }),
    "GET /api/account/factors": () => factors,
    "POST /api/auth/step-up": noting("prove", () => ({ provedUntil: "2026-03-03T12:10:00Z" })),
    "POST /api/account/factors/totp": noting("enrol", () => ({ secret, uri, expiresIn: 600 })),
    "POST /api/account/factors/totp/confirm": noting("confirm", () => {
      factors = on(10, false);
      return { recoveryCodes: codes };
    }),
    "DELETE /api/account/factors/totp": noting("remove", () => {
      factors = off;
      return undefined;
    }),
    "POST /api/account/factors/recovery-codes": noting("replace", () => {
      factors = on(10, false);
      return { recoveryCodes: codes };
    }),
    "POST /api/account/factors/recovery-codes/seen": noting("seen", () => {
      factors = on();
      return undefined;
    }),
  };
});
afterEach(() => site.page.close());

const names = () => sent.map(([name]) => name);
const press = (text: string) => site.page.press(site.page.button(text)!);
const html = () => document.documentElement.outerHTML;

async function openAccount() {
  site = await open("/account", answers);
  await site.page.until(() => site.page.button("Turn o") ?? site.page.button("Try again"));
}

async function startEnrolment() {
  await openAccount();
  await press("Turn on");
  await site.page.until(() => document.querySelector("svg.qr-code"));
}

async function confirm(code = "123 456") {
  await site.page.type(site.page.field("Code"), code);
  await press("Turn on");
}

/** A button of the dialog on top. */
function inDialog(text: string): HTMLElement {
  const dialog = [...document.querySelectorAll("dialog")].at(-1)!;
  return [...dialog.querySelectorAll("button")].find((button) => button.textContent === text)!;
}

/** Answers once that proofs are missing, and then as before. */
function asksFor(request: string, ways: string[]) {
  const answer = answers[request]!;
  answers[request] = () => {
    answers[request] = answer;
    return refusal(403, "step_up_required", { ways });
  };
}

describe("turning on", () => {
  it("shows the key as a QR code and as text, takes a code, and shows the recovery codes", async () => {
    await startEnrolment();
    expect(site.page.text()).toContain("JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP");
    await confirm();
    expect(sent.at(-1)).toEqual(["confirm", { code: "123456" }]);
    const shown = [...document.querySelectorAll(".recovery-codes li")].map((item) => item.textContent);
    expect(shown).toEqual(codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`));
    expect(site.page.focused().textContent).toContain("Recovery codes of ada@example.com");
    await press("I have kept them");
    expect(names()).toEqual(["enrol", "confirm", "seen"]);
    expect(site.page.text()).toContain("10 recovery codes left.");
    expect(html()).not.toContain("ABCDE-");
  });

  it("MFA-17 insists on new codes when the answer that had them was lost", async () => {
    answers["POST /api/account/factors/totp/confirm"] = () => {
      factors = on(10, false);
      throw new TypeError("Failed to fetch");
    };
    await startEnrolment();
    await confirm();
    expect(site.page.text()).toContain("You have not kept your recovery codes yet.");
    await press("Get new recovery codes");
    expect(document.querySelectorAll(".recovery-codes li")).toHaveLength(10);
    await press("I have kept them");
    expect(site.page.text()).not.toContain("You have not kept");
  });

  it("stays at the code when the server was not reached at all", async () => {
    delete answers["POST /api/account/factors/totp/confirm"];
    await startEnrolment();
    await confirm();
    expect(site.page.text()).toContain("cannot be reached");
    expect(site.page.field("Code").value).toBe("123 456");
  });

  it.each([
    [409, "enrolment_replaced", "A setup that was started later has replaced this one."],
    [410, "enrolment_over", "This setup took longer than 10 minutes."],
  ])("starts again after %i %s", async (status, code, words) => {
    answers["POST /api/account/factors/totp/confirm"] = () => refusal(status, code);
    await startEnrolment();
    await confirm();
    expect(site.page.text()).toContain(words);
    answers["POST /api/account/factors/totp"] = () => ({ secret: "KRSXG5A", uri, expiresIn: 600 });
    await press("Start again");
    expect(site.page.text()).toContain("KRSX G5A");
    expect(site.page.field("Code").value).toBe("");
  });

  it("asks for the password if that was too long ago, and keeps what is typed elsewhere", async () => {
    asksFor("POST /api/account/factors/totp", ["password"]);
    await openAccount();
    const { page } = site;
    await page.type(page.field("First name"), "Augusta");
    await press("Turn on");
    const dialog = document.querySelector("dialog")!;
    expect(dialog.textContent).toContain("Confirm that it is you");
    await page.type(dialog.querySelector("input[type=password]")!, "silver and light");
    await page.press(inDialog("Confirm"));
    await page.until(() => document.querySelector("svg.qr-code"));
    expect(names()).toEqual(["prove", "enrol"]);
    expect(sent[0]).toEqual(["prove", { password: "silver and light" }]);
    expect(page.field("First name").value).toBe("Augusta");
  });
});

describe("MFA-18 key and recovery codes", () => {
  const traces = () => JSON.stringify([html(), location.href, history.state, { ...window.localStorage }]);
  const isForgotten = () => !/JBSW|ABCDE/.test(traces());

  it("are gone after leaving for another page and coming back", async () => {
    await startEnrolment();
    await confirm();
    expect(isForgotten()).toBe(false);
    for (const path of ["/gallery", "/account"]) await site.page.after(() => navigate(path));
    expect(isForgotten()).toBe(true);
  });

  it.each(["signed-out", "pagehide"])("are gone after %s", async (what) => {
    await startEnrolment();
    if (what === "pagehide") await site.page.after(() => window.dispatchEvent(new Event("pagehide")));
    else await site.page.after(() => site.session.receive("signed-out"));
    expect(isForgotten()).toBe(true);
  });

  it("offer no copying where browsers have no clipboard, and report a refusal where they have", async () => {
    await startEnrolment();
    expect(site.page.button("Copy key")).toBeUndefined();
    await press("Cancel");
    const copied: string[] = [];
    let isAllowed = true;
    const writeText = async (text: string) => {
      if (!isAllowed) throw new DOMException("not now", "NotAllowedError");
      copied.push(text);
    };
    Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
    await press("Turn on");
    await site.page.until(() => site.page.button("Copy key"));
    await press("Copy key");
    expect(copied).toEqual([secret]);
    expect(site.page.text()).toContain("Copied.");
    isAllowed = false;
    await press("Copy key");
    expect(site.page.text()).toContain("Your browser does not allow copying.");
  });
});

describe("when it is on", () => {
  it.each([
    [10, undefined],
    [4, undefined],
    [3, "You have 3 recovery codes left."],
    [1, "You have 1 recovery code left."],
    [0, "You have no recovery codes left."],
  ])("MFA-17 says at %i codes: %s", async (left, words) => {
    factors = on(left);
    await openAccount();
    const notice = [...document.querySelectorAll(".message")].map((one) => one.textContent).join("");
    expect(notice.includes("Get new codes")).toBe(words !== undefined);
    expect(site.page.text()).toContain(words ?? `${left} recovery codes left.`);
  });

  it("MFA-17 insists when the answer with replaced codes was lost", async () => {
    factors = on();
    answers["POST /api/account/factors/recovery-codes"] = () => {
      factors = on(10, false);
      throw new TypeError("Failed to fetch");
    };
    await openAccount();
    await press("Get new recovery codes");
    expect(site.page.text()).toContain("cannot be reached");
    expect(site.page.text()).toContain("You have not kept your recovery codes yet.");
  });

  it("turns off after a question, and after password and code", async () => {
    factors = on();
    asksFor("DELETE /api/account/factors/totp", ["password", "totp", "recovery"]);
    await openAccount();
    const { page } = site;
    await press("Turn off");
    await page.press(inDialog("Turn off"));
    await page.type(document.querySelector("dialog dialog input[type=password]")!, "silver and light");
    await page.type(page.field("Code"), "123456");
    await page.press(inDialog("Confirm"));
    expect(sent).toEqual([
      ["prove", { password: "silver and light", code: "123456" }],
      ["remove", undefined],
    ]);
    expect(document.querySelector("dialog")).toBeNull();
    expect(page.text()).toContain("Off. Turning it on signs you out");
  });

  it("changes nothing when the proof is declined", async () => {
    factors = on();
    asksFor("POST /api/account/factors/recovery-codes", ["totp"]);
    await openAccount();
    await press("Get new recovery codes");
    await press("Cancel");
    expect(document.querySelector("dialog")).toBeNull();
    expect(sent).toEqual([]);
    expect(site.page.text()).not.toContain("Confirm that it is you, then try again.");
  });

  it("asks for a code before the password changes, and has the password already", async () => {
    factors = on();
    answers["POST /api/auth/password"] = noting("change", () => undefined);
    asksFor("POST /api/auth/password", ["password", "totp", "recovery"]);
    await openAccount();
    const { page } = site;
    await page.type(page.field("Current password"), "silver and light");
    await page.type(page.field("New password"), "silver and shadow");
    await press("Change password");
    expect(page.focused()).toBe(page.field("Code"));
    await page.type(page.field("Code"), "123456");
    await press("Confirm");
    expect(sent).toEqual([
      ["prove", { password: "silver and light", code: "123456" }],
      ["change", { current: "silver and light", next: "silver and shadow" }],
    ]);
    expect(page.text()).toContain("Your password has been changed.");
  });

  it("asks again for a proof that ran out, and says what to do for one that this page cannot ask for", async () => {
    factors = on();
    const ways = [["totp"], ["provider"]];
    answers["POST /api/account/factors/recovery-codes"] = () =>
      refusal(403, "step_up_required", { ways: ways.shift() });
    await openAccount();
    await press("Get new recovery codes");
    await site.page.type(site.page.field("Code"), "123456");
    await press("Confirm");
    expect(names()).toEqual(["prove"]);
    expect(document.querySelector("dialog")!.textContent).toContain(
      "Sign out, sign in again, then repeat it.",
    );
    await press("Cancel");
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("says in the dialog that a code is wrong, and asks again", async () => {
    factors = on();
    asksFor("POST /api/account/factors/recovery-codes", ["totp"]);
    answers["POST /api/auth/step-up"] = () => refusal(401, "wrong_code");
    await openAccount();
    await press("Get new recovery codes");
    await site.page.type(site.page.field("Code"), "123456");
    await press("Confirm");
    expect(document.querySelector("dialog")!.textContent).toContain("This code is wrong or was used before.");
    expect(site.session.getState().status).toBe("signed-in");
  });

  it("lists what happened last, with a change that a later release knows", async () => {
    const at = "2026-03-03T12:00:00Z";
    factors = {
      ...on(),
      events: [
        { at, what: "moon_added", device: "Firefox on Linux" },
        { at, what: "recovery_code_used", device: "Chrome on Android" },
      ],
    };
    await openAccount();
    const shown = [...document.querySelectorAll(".factor-events li")].map((item) => item.textContent);
    expect(shown).toEqual([
      "3 March 2026: Changed, Firefox on Linux",
      "3 March 2026: Recovery code used, Chrome on Android",
    ]);
  });
});

it("SLS-66 leaves the section out with an API that has no second factors", async () => {
  answers["GET /api/account/factors"] = () => refusal(404, "not_found");
  site = await open("/account", answers);
  await site.page.until(() => site.page.button("Change password"));
  expect(site.page.text()).not.toContain("Two-step sign-in");
});
