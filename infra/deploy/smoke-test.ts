import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";

/** Asks the site, through its front door, for the page, the script and style that it names, and the API's readiness. */
export async function smokeTest(origin: string, attempts = 15): Promise<void> {
  const page = await ask(`${origin}/`, attempts);
  if (!page.includes('<div id="root"')) throw new Failure(`${origin} answers, but not with Tintype's page.`);
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  for (const path of [...assets, "/api/ready"]) await ask(`${origin}${path}`, attempts);
}

async function ask(url: string, attempts: number): Promise<string> {
  let last = "";
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch((error: Error) => error);
    if (response instanceof Response) {
      const text = await response.text();
      if (response.ok) return text;
      last = `${response.status}: ${text.slice(0, 500)}`;
    } else {
      last = String(response.cause ?? response);
    }
    await sleep(1000);
  }
  throw new Failure(`The site is deployed but ${url} does not answer well: ${last}`);
}
