import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../cli/user-error.ts";
import type { FrontDoor } from "../clouds/cloud.ts";
import { ask } from "./client.ts";

/**
 * Asks the site, through its front door, for the page, the script and style that it names, and the API's readiness. A
 * UserError ends with the advice.
 */
export async function smokeTest(door: FrontDoor, advice: string, attempts = 15): Promise<void> {
  const insist = (path: string) => answerTo(door, path, { advice, attempts });
  const page = await insist("/");
  if (!page.includes('<div id="root"'))
    throw new UserError(`${door.url} answers, but not with Tintype's page.`);
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  for (const path of [...assets, "/api/ready"]) await insist(path);
}

interface Patience {
  readonly advice: string;
  readonly attempts: number;
}

async function answerTo(door: FrontDoor, path: string, { advice, attempts }: Patience): Promise<string> {
  let last = "";
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await ask(door, path).catch((error: Error) => error);
    if (answer instanceof Error) last = String(answer);
    else if (answer.status === 200) return answer.text;
    else last = `${answer.status}: ${answer.text.slice(0, 500)}`;
    await sleep(1000);
  }
  throw new UserError(
    `The site is deployed but ${door.url}${path} is not answering correctly: ${last}\n${advice}`,
  );
}
