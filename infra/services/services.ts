import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { writeWhole } from "../cli/atomic-file.ts";
import { isFree } from "../cli/free-port.ts";
import { requireTools } from "../cli/requirements.ts";
import { throwIfInterrupted } from "../cli/signals.ts";
import { say, step } from "../cli/steps.ts";
import { command, UserError } from "../cli/user-error.ts";
import { buildServices } from "../deploy/build/services.ts";
import { docker, ensureEngine } from "../local-cloud/ec2/docker.ts";
import { oneAtATime } from "../local-cloud/emulator/one-at-a-time.ts";
import { type Compose, composeOf } from "./compose.ts";
import { type Container, containersOf, isReady, publishes, reasonsOf } from "./containers.ts";
import { baseImages } from "./images.ts";
import { writeSecrets } from "./secrets.ts";
import { servicesSettings } from "./settings.ts";
import { keptPort, makeOf, settingsFile, stackOf, withLock } from "./stack.ts";

const defaultPort = 8080;
const patienceMs = 300_000;
// If no engine answers, one is started here, and these are its needs.
const engine = process.platform === "linux" ? (["engine", "iptables"] as const) : [];

await command(async () => {
  const stack = stackOf(process.env["NAME"]);
  const { listen, revocations, images: named, ...given } = servicesSettings(process.env);
  await requireTools(["docker", ...engine]);
  await ensureEngine();
  await withLock(stack, "services", async () => {
    const port = given.port ?? keptPort(stack) ?? defaultPort;
    if (!(await publishes(stack, port)) && !(await isFree(port, listen))) {
      const other = `${makeOf(stack, "services")} LOCAL_PORT=${port + 1}`;
      throw new UserError(`Port ${port} of this machine is taken. Choose another: ${other}`, 2);
    }
    const images = await step("Find the images", (note) => baseImages(named, note));
    const secrets = join(stack.folder, "secrets");
    const { compose, shown } = await composeOf(stack);
    // All copies of a clone are built from one folder.
    await oneAtATime("services", async () => {
      const release = await step("Build the services", () => buildServices(stack.log));
      const settings = {
        COMPOSE_PROJECT_NAME: stack.project,
        SECRETS: secrets,
        LISTEN: listen,
        LOCAL_PORT: port,
        REVOCATIONS: revocations,
        RELEASE: release,
        ...images,
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      writeWhole(settingsFile(stack), lines.join(""));
      await step("Build their images", () => compose("build"));
    });
    await writeSecrets(secrets, (folder, users) => own(folder, users, images["NODE_IMAGE"]!));
    await step("Start the containers", (note) => start(compose, () => containersOf(stack), note));
    say(`\n  http://localhost:${port}\n\nMore: ${shown} ps\nRemove them: ${makeOf(stack, "services-down")}`);
  });
});

/** Makes each folder's files those of a user. By a container, as this takes root. */
async function own(folder: string, users: Readonly<Record<string, number>>, image: string): Promise<void> {
  const commands = Object.entries(users).map(([name, user]) => `chown ${user}:${user} /secrets/${name}/*`);
  const rights = [
    "--cap-drop=ALL",
    "--cap-add=CHOWN",
    "--cap-add=DAC_OVERRIDE",
    "--network=none",
    "--user=0:0",
  ];
  const mount = `--volume=${folder}:/secrets`;
  await docker("run", "--rm", ...rights, mount, "--entrypoint=sh", image, "-ec", commands.join("\n"));
}

/** Starts what is not running as configured, and waits until all of it is ready. A UserError says what is not, and why. */
async function start(
  compose: Compose,
  list: () => Promise<Container[]>,
  note: (detail: string) => void,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let ended = false;
  const watching = watch();
  try {
    await compose("up", "--detach", "--no-build", "--remove-orphans");
  } catch (error) {
    ended = true;
    await watching;
    throw await explained(error);
  }
  for (; ; await sleep(500)) {
    throwIfInterrupted();
    const waiting = (await list()).filter((container) => !isReady(container));
    if (waiting.length === 0) break;
    if (Date.now() > deadline)
      throw await explained(new UserError("The services did not become healthy in time."));
  }
  ended = true;
  await watching;

  async function watch(): Promise<void> {
    for (; !ended; await sleep(500)) {
      const containers = await list().catch(() => []);
      const waiting = containers.filter((container) => !isReady(container)).map(({ service }) => service);
      if (waiting.length > 0) note(`waiting for ${waiting.toSorted().join(", ")}`);
    }
  }

  async function explained(error: unknown): Promise<unknown> {
    if (!(error instanceof UserError)) return error;
    const failed = (await list()).filter((container) => !isReady(container));
    const reasons = await Promise.all(failed.map(reasonsOf));
    return new UserError([error.message, ...reasons].join("\n\n"));
  }
}
