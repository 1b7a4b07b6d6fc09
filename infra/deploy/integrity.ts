import { currentDeployment } from "./deployment.ts";
import { command, Failure } from "./failure.ts";
import { onHost } from "./hosts.ts";
import { requireOutputs } from "./state.ts";

// Compares records with objects on the backend host; `REPAIR=1` repairs. Prints the report; exit code 1: something is left.
await command(async () => {
  const deployment = currentDeployment();
  const task = process.env["REPAIR"] === "1" ? "repair" : "check";
  const unit = `tintype-integrity@${task}.service`;
  const shell = `sudo systemctl start ${unit}; code=$?; sudo journalctl --unit ${unit} --no-pager --output cat --lines 50; exit $code`;
  const { code, stdout, stderr } = await onHost(deployment, requireOutputs(deployment), "backend", shell);
  const line = stdout.split("\n").findLast((text) => text.startsWith('{"integrity"'));
  if (line === undefined) throw new Failure(`The check did not run: ${(stderr || stdout).trim()}`);
  process.stdout.write(`${JSON.stringify(JSON.parse(line), null, 2)}\n`);
  if (code !== 0) throw new Failure("Something is left. Repair what can be repaired: REPAIR=1");
});
