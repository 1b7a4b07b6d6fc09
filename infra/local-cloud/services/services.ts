import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { endChild } from "../../cli/end-child.ts";
import { localCredentials } from "../emulator/credentials.ts";
import { startMariadb } from "./mariadb.ts";
import { startMoto } from "../emulator/moto.ts";
import { createS3Proxy } from "../s3-proxy/src/server.ts";

export interface Services {
  /** Where they are, in the names that the application's configuration uses. */
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** What the application needs around it, without a container: a database in `folder`, and S3 behind its strict proxy. */
export async function startServices(folder: string): Promise<Services> {
  const now = () => new Date();
  const credentials = localCredentials(now);
  const log = createWriteStream(join(folder, "moto.log"));
  const [database, moto] = await Promise.all([startMariadb(folder), startMoto(log)]);
  const s3 = createS3Proxy({ upstream: moto.url, secretFor: credentials.secretFor, now });
  s3.listen(0, "127.0.0.1");
  await once(s3, "listening");

  return {
    environment: {
      ...database.environment,
      MOTO_URL: moto.url.href,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: credentials.operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.operator.secretAccessKey,
      AWS_REGION: "us-east-1",
    },
    async stop() {
      s3.close();
      s3.closeAllConnections();
      await Promise.all([database.stop(), endChild(moto.process)]);
    },
  };
}
