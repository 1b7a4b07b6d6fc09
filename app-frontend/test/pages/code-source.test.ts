import { afterEach, describe, expect, it, test } from "@jest/globals";
import { accountOf, tokenResponseFor, open } from "../browser/site.tsx";

let site: Awaited<ReturnType<typeof open>>;
afterEach(() => site.page.close());

const codes = { digits: 6, confirmSeconds: 86_400, resetSeconds: 3_600 };
const ada = { ...accountOf("ada"), confirmed: false };

async function show(pathname: string, settings?: () => unknown) {
  site = await open(pathname, {
    "POST /api/auth/refresh": () => tokenResponseFor(ada),
    "GET /api/auth/sessions": () => ({ items: [] }),
    ...(settings && { "GET /api/settings": settings }),
  });
  return site.page.text();
}

describe.each(["/confirm", "/forgot", "/reset", "/account"])("USE-22 %s", (pathname) => {
  it("shows that codes are mailed if they are", async () => {
    const text = await show(pathname, () => ({ sendsMail: true, codes }));
    expect(text).toMatch(/emailed|email it to you/);
    expect(text).not.toContain("operator");
  });

  it("shows whom to ask if no mail is sent", async () => {
    const text = await show(pathname, () => ({ sendsMail: false, codes }));
    expect(text).toContain("This site sends no email. Its operator can look up your code with make codes.");
    expect(text).not.toMatch(/emailed|email it to you/);
  });

  it("goes on if the API is of an earlier release", async () => {
    expect(await show(pathname, () => ({ sendsMail: true }))).toMatch(/emailed|email it to you/);
  });

  it("shows neither if the API does not answer", async () => {
    expect(await show(pathname)).not.toMatch(/emailed|email it to you|sends no email/);
  });
});

test.each([
  ["/confirm", "Enter your 6-digit code. It is valid for 1 day."],
  ["/confirm", "If it does not come within a few minutes"],
  ["/reset", "there is a 6-digit code for it, valid for 1 hour."],
])("SLS-13 %s says what the site's codes are, and what to do without mail: %s", async (pathname, text) => {
  expect(await show(pathname, () => ({ sendsMail: true, codes }))).toContain(text);
});
