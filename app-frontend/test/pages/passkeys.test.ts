import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../browser/site.tsx";

const ada = accountOf("ada");
const codes = { digits: 12, confirmSeconds: 600, resetSeconds: 600 };
const asked = { options: { challenge: "Y2hhbGxlbmdl", rpId: "tintype.test" }, expiresIn: 300 };
const used = { id: "aWQ", response: { clientDataJSON: "", authenticatorData: "", signature: "" } };
const passkey = {
  ...{ id: "p1", name: "Laptop", createdAt: "2026-03-03T12:00:00Z", lastUsedAt: null },
  ...{ alone: true, asked: false, backedUp: true, usable: true },
};

let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;
/** What the browser is asked for, in order. */
let calls: unknown[];

const refusal = (status: number, code: string, more = {}) => Response.json({ code, ...more }, { status });

/** The browser's own functions, as far as the page uses them. */
class FakeCredential {
  static parseCreationOptionsFromJSON = (options: object) => ({ ...options, parsed: "create" });
  static parseRequestOptionsFromJSON = (options: object) => ({ ...options, parsed: "get" });
  static signalUnknownCredential = async (facts: object) => void calls.push(facts);
  toJSON = () => used;
}

/** Has authenticators answer so. */
function authenticator(answer: () => unknown) {
  const ask = async (request: unknown) => (calls.push(request), answer());
  Object.defineProperty(navigator, "credentials", {
    value: { get: ask, create: ask },
    configurable: true,
  });
}

beforeEach(() => {
  calls = [];
  Object.assign(globalThis, { PublicKeyCredential: FakeCredential });
  answers = {
    "GET /api/settings": () => ({ sendsMail: true, passkeys: true, codes }),
    "POST /api/auth/refresh": () => refusal(401, "not_signed_in"),
    "POST /api/auth/passkeys/options": () => asked,
    "POST /api/auth/mfa/passkey": () => asked,
  };
});
afterEach(async () => {
  await site.page.close();
  Reflect.deleteProperty(globalThis, "PublicKeyCredential");
});

describe("the sign-in page", () => {
  const press = () => site.page.press(site.page.button("Sign in with a passkey")!);

  it("signs in by a passkey alone", async () => {
    answers["POST /api/auth/passkeys"] = (body) => {
      calls.push(body);
      return tokenResponseFor(ada);
    };
    site = await open("/signin", answers);
    authenticator(() => new FakeCredential());
    await press();
    expect(calls).toEqual([{ publicKey: { ...asked.options, parsed: "get" } }, { credential: used }]);
    expect(site.session.getState()).toMatchObject({ status: "signed-in" });
  });

  it.each([
    ["NotAllowedError", "cancelled, took too long"],
    ["SecurityError", "could not be used"],
  ])("PKY-10 says what became of a passkey after %s, and can be pressed again", async (name, text) => {
    site = await open("/signin", answers);
    authenticator(() => {
      throw new DOMException("refused", name);
    });
    await press();
    expect(site.page.text()).toContain(text);
    expect(site.page.button("Sign in with a passkey")!.getAttribute("aria-disabled")).toBe("false");
    await press();
    expect(calls).toHaveLength(2);
  });

  it("PKY-10 says that a passkey was removed, and has the browser forget it", async () => {
    answers["POST /api/auth/passkeys"] = () => refusal(401, "passkey_unknown");
    site = await open("/signin", answers);
    authenticator(() => new FakeCredential());
    await press();
    expect(site.page.text()).toContain("was removed");
    expect(calls.at(-1)).toEqual({ rpId: "tintype.test", credentialId: used.id });
  });

  it("PKY-11 offers none where the site or the browser has none", async () => {
    answers["GET /api/settings"] = () => ({ sendsMail: true, passkeys: false, codes });
    site = await open("/signin", answers);
    expect(site.page.button("Sign in with a passkey")).toBeUndefined();
    await site.page.close();
    Reflect.deleteProperty(globalThis, "PublicKeyCredential");
    answers["GET /api/settings"] = () => ({ sendsMail: true, passkeys: true, codes });
    site = await open("/signin", answers);
    expect(site.page.button("Sign in with a passkey")).toBeUndefined();
  });

  it("asks for a passkey as the second step", async () => {
    answers["POST /api/auth/signin"] = () => ({
      mfa: { token: "challenge", factors: ["passkey"], expiresIn: 300 },
    });
    answers["POST /api/auth/mfa"] = (body) => {
      calls.push(body);
      return tokenResponseFor(ada);
    };
    site = await open("/signin", answers);
    authenticator(() => new FakeCredential());
    await site.page.type(site.page.field("Email"), ada.email);
    await site.page.type(site.page.field("Password"), "correct horse battery");
    await site.page.press(site.page.button("Sign in")!);
    await site.page.until(() => site.page.button("Use a passkey"));
    await site.page.press(site.page.button("Use a passkey")!);
    expect(calls.at(-1)).toEqual({ token: "challenge", passkey: used });
    expect(site.session.getState()).toMatchObject({ status: "signed-in" });
  });
});

describe("the account's page", () => {
  beforeEach(() => {
    answers["POST /api/auth/refresh"] = () => tokenResponseFor(ada);
    answers["GET /api/account"] = () => ({ account: ada });
    answers["GET /api/account/passkeys"] = () => ({
      items: [passkey, { ...passkey, id: "p2", usable: false }],
    });
    answers["POST /api/account/factors/passkey"] = () => asked;
  });

  it("adds a passkey, by a proof of who is there, and shows its recovery codes", async () => {
    let isProven = false;
    answers["POST /api/account/factors/passkey"] = (body) => {
      calls.push(body);
      return isProven ? asked : refusal(403, "step_up_required", { ways: ["password", "passkey"] });
    };
    answers["POST /api/auth/step-up/passkey"] = () => asked;
    answers["POST /api/auth/step-up"] = (body) => {
      calls.push(body);
      isProven = true;
      return { provedUntil: "2026-03-03T12:10:00Z" };
    };
    answers["POST /api/account/passkeys"] = (body) => {
      calls.push(body);
      return { passkey: { ...passkey, name: "Phone" }, recoveryCodes: ["ABCDE12345"] };
    };
    site = await open("/account", answers);
    authenticator(() => new FakeCredential());
    await site.page.until(() => site.page.text().includes("Name of the new passkey"));
    await site.page.type(site.page.field("Name of the new passkey"), "Phone");
    await site.page.press(site.page.button("Add a passkey")!);
    await site.page.press(site.page.button("Use a passkey")!);
    expect(calls).toEqual([
      { asked: false },
      { publicKey: { ...asked.options, parsed: "get" } },
      { passkey: used },
      { asked: false },
      { publicKey: { ...asked.options, parsed: "create" } },
      { name: "Phone", credential: used },
    ]);
    expect(site.page.text()).toContain("ABCDE-12345");
    expect(site.page.text()).toContain("Added: Phone.");
  });

  it("PKY-10 says that this device has a passkey already", async () => {
    site = await open("/account", answers);
    authenticator(() => {
      throw new DOMException("present", "InvalidStateError");
    });
    await site.page.until(() => site.page.text().includes("Name of the new passkey"));
    await site.page.type(site.page.field("Name of the new passkey"), "Phone");
    await site.page.press(site.page.button("Add a passkey")!);
    expect(site.page.text()).toContain("This device has a passkey of your account already.");
  });

  it("PKY-11 lists them, names those of another domain, and says why none can be added", async () => {
    answers["GET /api/settings"] = () => ({ sendsMail: true, passkeys: false, codes });
    site = await open("/account", answers);
    await site.page.until(() => site.page.text().includes("Laptop"));
    expect(site.page.text()).toContain("Not used yet");
    expect(site.page.text().split("works only there")).toHaveLength(2);
    expect(site.page.text()).toContain("This site has no domain with HTTPS");
    expect(site.page.button("Add a passkey")).toBeUndefined();
  });
});
