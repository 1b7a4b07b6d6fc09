import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jwtTokens } from "../../../app-backend/src/adapters/jwt/tokens.ts";
import { freePort } from "../../../infra/cli/free-port.ts";
import type { Client } from "../load/client.ts";
import { openLoad } from "../load/load.ts";
import type { Entry } from "../measure/figure.ts";
import { msPerOperation, sliceOf } from "../measure/slice.ts";
import { applicationFolder } from "../processes/bundles.ts";
import { startNginx } from "../processes/nginx.ts";
import { startServer } from "../processes/server.ts";
import { compare } from "./compare.ts";
import { type Contender, startFloor } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const example = join(import.meta.dirname, "../../../docs/examples/verifier/verifier-nginx.conf");

/** What the verifier adds to a request through nginx, by the example, beside the same without it. */
export async function verifierFigures({ effort, logs }: Surroundings): Promise<Entry[]> {
  const secret = randomBytes(64);
  const tokens = jwtTokens({
    accessSecrets: { current: secret, former: [] },
    refreshSecrets: { current: randomBytes(64), former: [] },
    newId: randomUUID,
    accessTokens: "es256",
  });
  const token = tokens.access({ accountId: randomUUID(), sessionId: randomUUID() }, new Date());
  const [application, verifier] = await Promise.all([
    startFloor("bare-http", logs),
    startServer({
      file: join(applicationFolder, "verifier.mjs"),
      env: { ACCESS_TOKEN_SECRET: secret.toString("base64") },
      readyPath: "/health",
      log: join(logs, "verifier.log"),
    }),
  ]);
  const verified = readFileSync(example, "utf8")
    .replaceAll("127.0.0.1:3001", `127.0.0.1:${verifier.port}`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${application.port}`);
  const plain = verified
    .replace("auth_request /.verify;", "")
    .replace("http://$target", "http://application");

  async function behind(configuration: string): Promise<Contender> {
    const port = await freePort();
    const nginx = await startNginx(configuration.replace(":8080", `:${port}`), `http://127.0.0.1:${port}/`);
    const client: Client = { method: "GET", path: "/", headers: { authorization: `Bearer ${token}` } };
    const load = openLoad(port, [client]);
    return {
      slice: (forMs) => sliceOf(nginx.pid, () => load.run(forMs)),
      stop: () => Promise.all([load.stop(), nginx.stop()]).then(() => undefined),
    };
  }

  const contenders = {
    subject: await behind(verified),
    floor: await behind(plain),
    control: await behind(plain),
  };
  const slices = await interleave(contenders, effort.short);
  await Promise.all([application.stop(), verifier.stop()]);
  const hop = {
    id: "verifier-hop",
    title: "a request through nginx and the verifier, ES256",
    unit: "µs",
    yardstick: "through nginx alone",
  };
  return [compare(hop, slices, (slice) => msPerOperation(slice) * 1000)];
}
