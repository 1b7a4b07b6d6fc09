/** A place that a line points at: seconds of audio or video, or a page. */
export type Stamp = { label: string; value: number };

/** A stamp of that many seconds: "00:08", "1:02:03". Rounded down: at the end of a file it is a place of it. */
export function stampAt(seconds: number): Stamp {
  const value = Math.floor(seconds * 10) / 10;
  return { label: clockText(value), value };
}

export function clockText(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return [...(hours ? [String(hours)] : []), two(minutes), two(whole % 60)].join(":");
}

/** Whether media of that length has the place. An unknown length may have it. */
export function isPlace(value: unknown, length = Infinity): value is number {
  return (
    typeof value === "number" &&
    value >= 0 &&
    value <= (Number.isNaN(length) ? Infinity : length) &&
    value < Infinity
  );
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
