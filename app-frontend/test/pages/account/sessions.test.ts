import { expect, it } from "@jest/globals";
import { accountOf, tokenResponseFor, open } from "../../browser/site.tsx";

it("keeps the retry button while the devices load, then moves the focus to the heading", async () => {
  let answer: (list: object) => void;
  const answers: Parameters<typeof open>[1] = {
    "POST /api/auth/refresh": () => tokenResponseFor(accountOf("ada")),
    "GET /api/account/factors": () => ({ totp: null, recoveryCodes: null, events: [] }),
    "GET /api/account/passkeys": () => ({ items: [] }),
  };
  const { page } = await open("/account", answers);
  answers["GET /api/auth/sessions"] = () => new Promise((resolve) => (answer = resolve));
  const button = page.button("Try again")!;
  await page.press(button);
  expect(page.focused()).toBe(button);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await page.after(() => answer({ items: [] }));
  expect(page.button("Try again")).toBeUndefined();
  expect(page.focused().textContent).toBe("Where you are signed in");
  await page.close();
});

it("USE-05 says when each device was used, and which renewed twice", async () => {
  const session = { device: "Firefox on Linux", address: null, createdAt: "2026-03-03T12:00:00Z" };
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const items = [
    { ...session, id: "a", current: true, lastUsedAt: minutesAgo(5), retriedAt: null },
    { ...session, id: "b", current: false, lastUsedAt: minutesAgo(9), retriedAt: null },
    { ...session, id: "c", current: false, lastUsedAt: minutesAgo(180), retriedAt: "2026-03-04T12:00:00Z" },
  ];
  const { page } = await open("/account", {
    "POST /api/auth/refresh": () => tokenResponseFor(accountOf("ada")),
    "GET /api/auth/sessions": () => ({ items }),
  });
  const shown = [...document.querySelectorAll(".sessions li")].map(({ textContent }) => textContent);
  expect(shown[0]).toContain("In use now");
  expect(shown[1]).toContain("Used in the last 20 minutes");
  expect(shown[1]).not.toContain("Renewed twice");
  expect(shown[2]).toContain("Last used 3 hours ago");
  expect(shown[2]).toContain("Renewed twice on 4 March 2026");
  await page.close();
});
