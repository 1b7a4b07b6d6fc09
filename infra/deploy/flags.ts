import { UserError } from "../cli/user-error.ts";

/** Whether a setting that is there or not is there. A UserError for all but `1`: what was meant would not happen. */
export function isSwitchedOn(name: "YES" | "REPAIR" | "FOLLOW"): boolean {
  const value = process.env[name] ?? "";
  if (["", "1"].includes(value)) return value === "1";
  throw new UserError(`${name}: use 1, or leave it out`, 2);
}
