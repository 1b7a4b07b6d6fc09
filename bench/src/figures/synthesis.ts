import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operatorCidr, serverlessSettings } from "../../../infra/test/synthesize.ts";
import type { Entry } from "../measure/figure.ts";
import { rounds } from "../measure/rounds.ts";
import { type Ended, runToItsEnd } from "../processes/to-its-end.ts";
import { compare } from "./compare.ts";
import type { Surroundings } from "./surroundings.ts";

const repository = join(import.meta.dirname, "../../..");
const main = join(repository, "infra/src/main.ts");
const empty = join(repository, "bench/src/programs/empty-stack.ts");
const atMostRounds = 7;

const ec2Settings = { OPERATOR_CIDR: operatorCidr, OPERATOR_PUBLIC_KEY: "ssh-ed25519 AAAAC3Nza operator" };

/** What writing Terraform's configuration of a stack takes, beside a stack with nothing in it. */
export async function synthesisFigures({ effort }: Surroundings): Promise<Entry[]> {
  const out = mkdtempSync(join(tmpdir(), "tintype-bench-synthesis-"));
  const synthesis = (file: string, settings: Readonly<Record<string, string>>) => () =>
    runToItsEnd(file, { NAME: "shop", CDKTF_OUTDIR: out, ...settings });
  try {
    const { ec2, serverless, floor, control } = await rounds<
      "ec2" | "serverless" | "floor" | "control",
      Ended
    >(
      {
        ec2: synthesis(main, ec2Settings),
        serverless: synthesis(main, serverlessSettings),
        floor: synthesis(empty, {}),
        control: synthesis(empty, {}),
      },
      Math.min(effort.long.rounds, atMostRounds),
    );
    return Object.entries({ ec2, serverless }).flatMap(([stack, subject]) => {
      const common = { title: `synthesis of the stack ${stack}`, yardstick: "an empty stack" };
      const slices = { subject, floor, control };
      return [
        compare({ id: `synth-${stack}`, ...common, unit: "ms" }, slices, ({ wallMs }) => wallMs),
        compare({ id: `synth-${stack}-memory`, ...common, unit: "MB" }, slices, ({ memoryMb }) => memoryMb),
      ];
    });
  } finally {
    rmSync(out, { recursive: true });
  }
}
