import { ratios, summarize, type Summary } from "./statistics.ts";

/** What is asked of a figure: of its value, of its ratio to the yardstick, or of what it is above the yardstick. */
export interface Aim {
  readonly of: "value" | "ratio" | "difference";
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Description {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** What stands beside it as the limit. */
  readonly yardstick: string;
  readonly aim?: Aim;
  /** What others took of the machine around its rounds, in percent. */
  readonly othersPercent?: number;
}

export interface Figure extends Description {
  readonly rounds: number;
  readonly value: Summary;
  readonly floor: Summary;
  readonly ratio: Summary;
  /** The yardstick against a second process of itself: how far equals differ on this machine. */
  readonly control: Summary;
}

/** A number that does not depend on time, hence needs neither rounds nor control. */
export interface Count extends Description {
  readonly value: number;
  readonly floor: number;
}

export type Entry = Figure | Count;
export type Verdict = "met" | "missed" | "no verdict" | "none asked";

const minRounds = 7;
/** What others may take of the machine before a plain time counts as theirs. */
export const calmPercent = 15;
const controlLimits = { least: 0.9, most: 1.1 };

/** A figure from its rounds, the yardstick's, and those of the yardstick's double. */
export function figure(
  description: Description,
  rounds: Readonly<Record<"subject" | "floor" | "control", readonly number[]>>,
): Figure {
  const { subject, floor, control } = rounds;
  return {
    ...description,
    rounds: subject.length,
    value: summarize(subject),
    floor: summarize(floor),
    ratio: summarize(ratios(subject, floor)),
    control: summarize(ratios(control, floor)),
  };
}

export const isCount = (entry: Entry): entry is Count => typeof entry.value === "number";

export function verdict(entry: Entry): Verdict {
  if (!entry.aim) return "none asked";
  if (!isCount(entry) && !isTrusted(entry)) return "no verdict";
  const { atMost = Infinity, atLeast = -Infinity } = entry.aim;
  const judged = judgedBy(entry, entry.aim);
  if (judged <= atMost && judged >= atLeast) return "met";
  return isCount(entry) || !isDisturbed(entry) ? "missed" : "no verdict";
}

/** The number that the aim is about. */
export function judgedBy(entry: Entry, { of }: Aim): number {
  if (isCount(entry)) return of === "value" ? entry.value : entry.value - entry.floor;
  if (of === "ratio") return entry.ratio.median;
  return of === "value" ? entry.value.median : entry.value.median - entry.floor.median;
}

/** Whether it is a plain time that others, who can only lengthen it, may have lengthened: a ratio cancels them out. */
function isDisturbed({ aim, unit, othersPercent = 0 }: Figure): boolean {
  return aim?.of === "value" && unit === "ms" && othersPercent > calmPercent;
}

function isTrusted({ rounds, control }: Figure): boolean {
  return rounds >= minRounds && control.median >= controlLimits.least && control.median <= controlLimits.most;
}
