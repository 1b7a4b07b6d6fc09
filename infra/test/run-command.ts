import { spawnSync } from "node:child_process";
import { join } from "node:path";

interface Outcome {
  readonly code: number | null;
  readonly said: string;
  readonly shown: string;
}

/** Runs commands of the Makefile as a person without AWS credentials, unless they are given. */
export function teller({ name, home }: { readonly name: string; readonly home: string }) {
  return function tell(command: string, env: NodeJS.ProcessEnv): Outcome {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ["--no-warnings", "--import", "tsx", `infra/deploy/commands/${command}.ts`],
      {
        cwd: join(import.meta.dirname, "../.."),
        encoding: "utf8",
        env: {
          PATH: process.env["PATH"],
          HOME: home,
          AWS_EC2_METADATA_DISABLED: "true",
          NAME: name,
          OPERATOR_CIDR: "203.0.113.7/32",
          ...env,
        },
      },
    );
    return { code: status, said: stderr, shown: stdout };
  };
}
