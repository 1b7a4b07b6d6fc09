import type { Entry } from "../measure/figure.ts";
import { cpuPerOperation } from "../measure/slice.ts";
import { compare } from "./compare.ts";
import { looping } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

/** What it costs to check an access token, beside the one computation that no check can do without. */
export async function tokenFigures({ effort }: Surroundings): Promise<Entry[]> {
  const slices = await interleave(
    { subject: looping("token-check"), floor: looping("hmac"), control: looping("hmac") },
    { ...effort.short, sliceMs: effort.short.sliceMs / 2 }, // a check is so short that half holds enough of them
  );
  const check = {
    id: "token-cpu",
    title: "access-token check",
    unit: "µs CPU",
    yardstick: "HMAC-SHA256 alone",
    aim: { of: "ratio", atMost: 2.5 },
  } as const;
  return [compare(check, slices, cpuPerOperation)];
}
