import { type Entry, isCount, judgedBy, verdict, type Verdict } from "../measure/figure.ts";
import type { Summary } from "../measure/statistics.ts";
import { aimText, digits } from "./table.ts";

const width = 960;
const left = 396;
const right = 760;
/** A figure further off than so many times its aim is drawn at the edge. */
const maxShare = 4;
const top = 84;
const laneHeight = 46;

const style = `
    .page { fill: #fff; stroke: #d0d7de }
    .within { fill: #f3f6f9 }
    .aim { stroke: #24292f; stroke-width: 1.5; stroke-dasharray: 5 4 }
    .spread { stroke-width: 2 }
    .met { fill: #1a7f37; stroke: #1a7f37 }
    .missed { fill: #cf222e; stroke: #cf222e }
    .open { fill: #6e7781; stroke: #6e7781 }
    text { fill: #24292f; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif }
    .name { font-weight: 600; font-size: 15px }
    .note { fill: #57606a; font-size: 12px }
    .mid { text-anchor: middle }
    .end { text-anchor: end }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #30363d }
      .within { fill: #161b22 }
      .aim { stroke: #e6edf3 }
      .met { fill: #3fb950; stroke: #3fb950 }
      .missed { fill: #ff7b72; stroke: #ff7b72 }
      .open { fill: #9da7b1; stroke: #9da7b1 }
      text { fill: #e6edf3 }
      .note { fill: #9da7b1 }
    }
  `;

const classes: Record<Verdict, string> = {
  met: "met",
  missed: "missed",
  "no verdict": "open",
  "none asked": "open",
};

/** How much of its aim each figure uses up: a lane each, the same scale for all, the aim at 1. */
export function plot(entries: readonly Entry[]): string {
  const asked = entries.filter((entry) => entry.aim);
  const most = Math.max(1.25, ...asked.map((entry) => shareOfAim(entry).max));
  const scale = Math.min(most, maxShare) * 1.04;
  const x = (share: number) => left + (Math.min(share, scale) / scale) * (right - left);
  const bottom = top + asked.length * laneHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 36}" width="${width}" height="${bottom + 36}" role="img" aria-labelledby="title desc">
  <title id="title">Figures against their aims</title>
  <desc id="desc">${asked.map(sentence).join(" ")}</desc>
  <style>${style}</style>
  <rect class="page" x=".5" y=".5" width="${width - 1}" height="${bottom + 35}" rx="10"/>
  <text class="name" x="24" y="34">How much of its aim each figure uses</text>
  <text class="note" x="24" y="54">A dot is the median of the rounds, its line goes from the least to the most. Left of the dashes: met.</text>
  <rect class="within" x="${left}" y="${top - 8}" width="${x(1) - left}" height="${bottom - top + 8}"/>
${asked.map((entry, lane) => drawLane(entry, top + lane * laneHeight, x)).join("\n")}
  <path class="aim" d="M${x(1)} ${top - 8}V${bottom}"/>
  <text class="note mid" x="${x(1)}" y="${bottom + 18}">aim</text>
</svg>
`;
}

function drawLane(entry: Entry, y: number, x: (share: number) => number): string {
  const { median, min, max } = shareOfAim(entry);
  const colour = classes[verdict(entry)];
  const middle = y + laneHeight / 2 - 4;
  return `  <text x="24" y="${middle - 3}">${escaped(entry.title)}</text>
  <text class="note" x="24" y="${middle + 13}">against ${escaped(entry.yardstick)}</text>
  <path class="spread ${colour}" d="M${round(x(min))} ${middle}H${round(x(max))}"/>
  <circle class="${colour}" cx="${round(x(median))}" cy="${middle}" r="5"/>
  <text x="${right + 16}" y="${middle - 3}">${escaped(outcome(entry))}</text>
  <text class="note" x="${right + 16}" y="${middle + 13}">aim ${escaped(aimText(entry))}</text>`;
}

/** 1 where the aim is just met, less where there is room. */
export function shareOfAim(entry: Entry): Summary {
  const { aim } = entry;
  if (!aim) throw new Error(`${entry.id} has no aim`);
  const share = (value: number) =>
    aim.atMost === undefined ? aim.atLeast! / value : Math.max(0, value / aim.atMost);
  const judged = share(judgedBy(entry, aim));
  if (isCount(entry)) return { median: judged, min: judged, max: judged };
  const measured = aim.of === "ratio" ? entry.ratio : entry.value;
  const above = aim.of === "difference" ? entry.floor.median : 0;
  const ends = [share(measured.min - above), share(measured.max - above)];
  return { median: judged, min: Math.min(...ends), max: Math.max(...ends) };
}

function outcome(entry: Entry): string {
  const { of } = entry.aim!;
  const value = digits(judgedBy(entry, entry.aim!));
  const text = of === "ratio" ? `${value}x` : `${of === "difference" ? "+" : ""}${value} ${entry.unit}`;
  return `${text}, ${verdict(entry)}`;
}

const sentence = (entry: Entry) =>
  `${escaped(entry.title)}: ${escaped(outcome(entry))}, aim ${escaped(aimText(entry))}.`;
const round = (value: number) => Math.round(value * 10) / 10;
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
