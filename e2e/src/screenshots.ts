import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { wordDocument } from "./files.ts";
import * as pages from "./pages.ts";
import { photograph } from "./photos.ts";

const usage = "npx tsx e2e/src/screenshots.ts URL OUTDIR [--resolve HOST=127.0.0.1:PORT]";
const viewports = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const schemes = ["light", "dark"] as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { resolve: { type: "string" } },
});
const [url, folder] = positionals;
if (url === undefined || folder === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const browser = await openBrowser(
  values.resolve ? { resolverRules: `MAP ${values.resolve.replace("=", " ")}` } : {},
);
try {
  await takeAll(browser, url, folder);
} finally {
  await browser.close();
}

async function takeAll(browser: Browser, baseURL: string, folder: string): Promise<void> {
  const email = `ada.${Date.now()}@example.org`;
  const person = { email, password: "a dark room and silver", picture: await photograph(browser) };
  const first = await browser.newContext({ baseURL });
  await pages.createAccount(await first.newPage(), person);
  await first.close();

  for (const [size, viewport] of Object.entries(viewports)) {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ baseURL, viewport, colorScheme });
      const page = await context.newPage();
      await visitAll(page, person, async (name) => {
        const path = join(folder, `${name}-${size}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true, animations: "disabled" }); // at their end
      });
      await context.close();
    }
  }
}

async function visitAll(page: Page, person: pages.Person, shoot: (name: string) => Promise<void>) {
  await pages.openCreateUser(page);
  await shoot("create");
  await pages.pickPicture(page, wordDocument);
  await page.getByText(pages.wrongFile).waitFor();
  await shoot("create-wrong-file");
  await pages.pickPicture(page, person.picture);
  await page.getByAltText(`Preview of ${person.picture.name}`).waitFor();
  await shoot("create-picture");
  await pages.openSignIn(page);
  await shoot("signin");
  await pages.signIn(page, person);
  await pages.shownAccount(page);
  await shoot("account");
}
