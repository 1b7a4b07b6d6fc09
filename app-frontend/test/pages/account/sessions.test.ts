import { expect, it } from "@jest/globals";
import { accountOf, grantTo, open } from "../../browser/site.tsx";

it("keeps the button that asks for the devices again while it does, then gives the focus to the heading", async () => {
  let answer: (list: object) => void;
  const answers: Parameters<typeof open>[1] = { "POST /api/auth/refresh": () => grantTo(accountOf("ada")) };
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
