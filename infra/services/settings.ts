import { isIPv4 } from "node:net";
import { UserError } from "../cli/user-error.ts";

/** What `make services` was given. */
export interface ServicesSettings {
  readonly port: number | undefined;
  readonly listen: string;
  readonly revocations: string;
  /** Images that were named, by the variable of services/compose.yaml. */
  readonly images: Readonly<Record<string, string>>;
}

/** A UserError that lists every fault. */
export function servicesSettings(env: NodeJS.ProcessEnv): ServicesSettings {
  const port = env["LOCAL_PORT"];
  const listen = env["LISTEN"] ?? "127.0.0.1";
  const revocations = env["REVOCATIONS"] ?? "required";
  const images = Object.entries(env).filter(([name]) => name.endsWith("_IMAGE")) as [string, string][];
  const faults = [
    port !== undefined && !isPort(port) && "LOCAL_PORT: use a number from 1 to 65535",
    !isIPv4(listen) && "LISTEN: use an IPv4 address of this machine, or 0.0.0.0 for all",
    !["required", "best-effort"].includes(revocations) && "REVOCATIONS: use required or best-effort",
    ...images.map(
      ([name, image]) => !/^[a-z0-9][\w.:/@-]*$/.test(image) && `${name}: use the name of an image`,
    ),
  ].filter((fault) => fault !== false);
  if (faults.length > 0) throw new UserError(faults.join("\n"), 2);
  return {
    port: port === undefined ? undefined : Number(port),
    listen,
    revocations,
    images: Object.fromEntries(images),
  };
}

const isPort = (text: string) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
