import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { accountOf, tokenResponseFor, open } from "../../browser/site.tsx";

let stored = accountOf("ada");
let sent: unknown[];
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

beforeEach(async () => {
  stored = accountOf("ada");
  sent = [];
  answers = {
    "POST /api/auth/refresh": () => tokenResponseFor(stored),
    "GET /api/account": () => ({ account: stored }),
    "PATCH /api/account": (changes) => {
      sent.push(changes);
      stored = { ...stored, ...(changes as object) };
      return { account: stored };
    },
  };
  site = await open("/account", answers);
});
afterEach(() => site.page.close());

describe("the profile", () => {
  const field = (label: string) => site.page.field(label);
  const save = () => site.page.press(site.page.button("Save profile")!);

  it("sends only edited fields, so that nothing another tab has saved is reverted", async () => {
    await site.page.type(field("First name"), "Augusta");
    stored = { ...stored, username: "countess" };
    await save();
    expect(sent).toEqual([{ firstName: "Augusta" }]);
    expect(field("Username").value).toBe("countess");
    await site.page.type(field("Last name"), "King");
    await save();
    expect(sent.at(-1)).toEqual({ lastName: "King" });
  });

  it("shows what another tab has saved, except in edited fields", async () => {
    await site.page.type(field("First name"), "Augusta");
    stored = { ...stored, username: "countess", firstName: "Ada" };
    await site.page.after(() => site.session.receive("changed"));
    expect(field("Username").value).toBe("countess");
    expect(field("First name").value).toBe("Augusta");
  });
});
