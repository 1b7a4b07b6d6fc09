import { Failure } from "../cli/user-error.ts";

/** Whether a setting that is there or not is there. A Failure for all but `1`: what was meant would not happen. */
export function switchedOn(name: "YES" | "REPAIR" | "FOLLOW"): boolean {
  const value = process.env[name] ?? "";
  if (["", "1"].includes(value)) return value === "1";
  throw new Failure(`${name}: use 1, or leave it out`, 2);
}
