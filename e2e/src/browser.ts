import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type Page, chromium } from "playwright-core";

const programs = ["chromium", "google-chrome"];

export interface BrowserProps {
  /** As Chromium's `--host-resolver-rules` takes them: `MAP host 127.0.0.1:8080`. */
  readonly resolverRules?: string;
  /** @default - the home of the user who runs the tests */
  readonly home?: string;
}

/** A headless browser: the one that is installed. */
export function openBrowser({ resolverRules, home }: BrowserProps = {}): Promise<Browser> {
  return chromium.launch({
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
    executablePath: installedBrowser(),
    chromiumSandbox: process.getuid?.() !== 0, // Chromium refuses to sandbox for root; else Playwright would turn it off
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A proxy would look the name up itself, past the rules.
      ...(resolverRules === undefined ? [] : [`--host-resolver-rules=${resolverRules}`, "--no-proxy-server"]),
    ],
  });
}

/**
 * A list that grows by what goes wrong in the page: errors on its console, what it throws and does not catch, what its
 * policy blocks.
 */
export async function watchFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    const { url } = message.location();
    if (message.type() === "error") faults.push(`${message.text()} (${url})`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`blocked by ${violatedDirective}: ${blockedURI}`);
    });
  });
  return faults;
}

function installedBrowser(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = programs.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`None of ${programs.join(", ")} is on the PATH. Install chromium.`);
  return found;
}
