const locale = "en-GB";
const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A day as in "3 March 2026". */
export function longDate(iso: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(iso));
}

/** The distance to a moment: "in 5 minutes", or "5 minutes ago" for negative `seconds`. Rounded up: no wait is too short. */
export function distance(seconds: number): string {
  const [unit, size] = units.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale).format(Math.ceil(seconds / size), unit);
}

/** A length of time in its largest unit: "10 minutes". */
export function duration(seconds: number): string {
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? ["second", 1];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(seconds / size);
}

/** How long ago something happened, more coarsely for longer times. */
export function timeAgo(iso: string, nowMs: number): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  if (seconds < 60) return "just now"; // also when this machine's clock is slow
  return seconds < 7 * 86_400 ? distance(-seconds) : `on ${longDate(iso)}`;
}
