import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Count, Entry } from "../measure/figure.ts";
import { buildPages } from "../processes/bundles.ts";

/** What the page loaded before it had projects. */
const maxKb = 270.9;

/** How much JavaScript is loaded before the first route is shown. */
export async function pageFigures(): Promise<Entry[]> {
  const { site, barePage } = await buildPages();
  const firstRoute: Count = {
    id: "first-route",
    title: "JavaScript of the first route, uncompressed",
    unit: "kB",
    yardstick: "React DOM alone",
    value: firstRouteBytes(site) / 1000,
    floor: statSync(barePage).size / 1000,
    aim: { of: "value", atMost: maxKb },
  };
  return [firstRoute];
}

/** Of the scripts that `index.html` loads or preloads. */
function firstRouteBytes(site: string): number {
  const html = readFileSync(join(site, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path = ""]) => path);
  if (scripts.length === 0) throw new Error("index.html loads no script");
  return scripts.reduce((sum, path) => sum + statSync(join(site, path)).size, 0);
}
