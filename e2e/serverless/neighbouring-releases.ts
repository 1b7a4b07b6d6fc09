import { expect } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { watchFaults } from "../src/browser.ts";
import type { checkout } from "../src/checkout.ts";
import * as pages from "../src/pages.ts";
import * as projects from "../src/projects.ts";

/** Has a release say, send and store what the one before does not know. */
export function makeLater(source: ReturnType<typeof checkout>): void {
  const later = (text: string) => `${text.slice(0, -1)}, later: "yes" }`;
  const facts = "return { title, type, label, videoId }";
  source.change("app-backend/src/adapters/dynamodb/project-items.ts", facts, later(facts));
  const app = "const app = express();";
  const replacer = '(_: string, value: any) => (value?.id ? { ...value, later: "yes" } : value)';
  source.change("app-backend/src/http/app.ts", app, `${app} app.set("json replacer", ${replacer});`);
  source.change(
    "app-frontend/src/api/request.ts",
    "JSON.stringify(json)",
    `JSON.stringify(${later("{ ...json }")})`,
  );
}

interface Opened {
  readonly browser: Browser;
  readonly origin: string;
  readonly person: pages.Person;
}

/** A tab with the page that is served now, in a browser of its own. Of the parts that load later it has the account's alone. */
export async function openTab({ browser, origin, person }: Opened) {
  const page = await browser.newPage({ baseURL: origin });
  const faults = await watchFaults(page);
  await pages.signIn(page, person);

  const open = async (title: string) => {
    await follow(page, "Projects");
    await projects.openProject(page, title);
  };

  return {
    faults,

    /** Changes the account, and writes a project. */
    async write(title: string): Promise<void> {
      await pages.saveFirstName(page, title);
      await follow(page, "Projects");
      await projects.createProject(page, title);
      await projects.line(page, 1).fill(`written in ${title}`);
      await projects.saved(page);
      await follow(page, "Your page");
    },

    /** Adds to what another tab has written. */
    async goOn(title: string): Promise<void> {
      await open(title);
      expect((await projects.textsOf(page))[0]).toBe(`written in ${title}`);
      await projects.addLine(page, 1, "and after it");
      await projects.saved(page);
      await follow(page, "Your page");
    },

    async openGallery(): Promise<void> {
      await follow(page, "Gallery");
      await page.getByLabel("Add pictures").waitFor({ state: "attached" });
      await follow(page, "Your page");
    },

    /** As after so many releases that the gallery's part is gone: the page asks to be loaded again, and loses no text. */
    async outlive(title: string): Promise<void> {
      await open(title);
      await page.route("**/assets/**", (route) =>
        route.continue({ url: new URL("/assets/gone.js", page.url()).href }),
      );
      await projects.addLine(page, 1, "not saved yet");
      await link(page, "Gallery").click();
      await page.getByRole("alert").getByText("Try reloading the page.").waitFor();
      await page.unroute("**/assets/**");
      await page.getByRole("button", { name: "Reload", exact: true }).click();
      await this.openGallery();
      await open(title);
      expect(await projects.textsOf(page)).toContain("not saved yet");
    },
  };
}

const link = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });

async function follow(page: Page, name: string): Promise<void> {
  await link(page, name).click();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}
