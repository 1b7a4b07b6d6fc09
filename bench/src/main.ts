import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, UserError } from "../../infra/cli/user-error.ts";
import { run } from "../../infra/cli/run.ts";
import { step } from "../../infra/cli/steps.ts";
import { type Person, registerPeople } from "./app/people.ts";
import { openSite, type Site } from "./app/site.ts";
import { functionFigures } from "./figures/functions.ts";
import { imageProcessingFigures } from "./figures/image-processing.ts";
import { imageListFigures } from "./figures/image-list.ts";
import { jsonFigures } from "./figures/json.ts";
import { pageFigures } from "./figures/page.ts";
import { projectFigures } from "./figures/projects.ts";
import { refreshFigures } from "./figures/refresh.ts";
import { serverFigures } from "./figures/server.ts";
import { atOnce, signInFigures } from "./figures/sign-in.ts";
import type { Effort, Surroundings } from "./figures/surroundings.ts";
import { synthesisFigures } from "./figures/synthesis.ts";
import { tokenFigures } from "./figures/token.ts";
import { transferFigures } from "./figures/transfer.ts";
import { verifierFigures } from "./figures/verifier.ts";
import type { Entry } from "./measure/figure.ts";
import { othersPercent, untilCalm } from "./measure/others.ts";
import { summarize } from "./measure/statistics.ts";
import { buildBundles } from "./processes/bundles.ts";
import { endAll } from "./processes/children.ts";
import { machineOf, type Origin } from "./report/machine.ts";
import { plainTable, rowsOf } from "./report/table.ts";
import { writeResults } from "./report/write.ts";

const workspace = join(import.meta.dirname, "..");
const formatter = join(workspace, "../node_modules/.bin/oxfmt");

/** Others may be at work: how long each part waits for them at most. */
const patienceMs = 8_000;

const efforts: Record<string, Effort> = {
  full: {
    short: { rounds: 15, sliceMs: 600, warmUpMs: 3_000 },
    long: { rounds: 9, sliceMs: 2_000, warmUpMs: 3_000 },
  },
  quick: {
    short: { rounds: 1, sliceMs: 200, warmUpMs: 200 },
    long: { rounds: 1, sliceMs: 200, warmUpMs: 200 },
  },
};

const parts: readonly [title: string, figures: (surroundings: Surroundings) => Promise<Entry[]>][] = [
  ["Authenticated JSON", jsonFigures],
  ["Access-token check", tokenFigures],
  ["Verifier", verifierFigures],
  ["Sign-in", signInFigures],
  ["Refresh", refreshFigures],
  ["Image list", imageListFigures],
  ["Projects", projectFigures],
  ["Pictures on their way", transferFigures],
  ["Image processing", imageProcessingFigures],
  ["Server: ready, memory", serverFigures],
  ["Functions", functionFigures],
  ["Synthesis", synthesisFigures],
  ["Page", pageFigures],
];

// Run inside infra/dev/with-services.ts: main.ts full|quick
await command(async () => {
  const mode = process.argv[2] ?? "full";
  const effort = efforts[mode];
  if (!effort) throw new UserError(`MODE is ${mode}; it can be ${Object.keys(efforts).join(" or ")}.`, 2);
  const logs = mkdtempSync(join(tmpdir(), "tintype-bench-"));
  try {
    const { entries, origin } = await measure(effort, logs);
    console.log(`\n${plainTable(rowsOf(entries))}\n`);
    const folder = join(workspace, mode === "full" ? "results" : "dist/results");
    writeResults(folder, entries, origin);
    if (mode === "full") await run(formatter, [folder]);
  } finally {
    await endAll();
    rmSync(logs, { recursive: true });
  }
});

async function measure(effort: Effort, logs: string): Promise<{ entries: Entry[]; origin: Origin }> {
  await step("Build application and floors", buildBundles);
  const site = await openSite(logs);
  try {
    const machine = await machineOf(site.database);
    const people = await step("Register people", () => populate(site));
    const entries: Entry[] = [];
    const others: number[] = [];
    for (const [title, figures] of parts) {
      const before = await untilCalm(patienceMs);
      const measured = await step(title, () => figures({ site, people, effort, logs }));
      const percent = Math.max(before, await othersPercent());
      entries.push(...measured.map((entry) => ({ ...entry, othersPercent: percent })));
      others.push(percent);
    }
    return { entries, origin: { ...machine, others: summarize(others) } };
  } finally {
    await site.close();
  }
}

async function populate(site: Site): Promise<Person[]> {
  const server = await site.start();
  const people = await registerPeople(server.port, atOnce);
  await server.stop();
  return people;
}
