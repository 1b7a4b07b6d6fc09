import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export type Hook = (req: IncomingMessage) => Promise<unknown> | undefined;

/** A way to S3 on which something happens before a request goes on, or before its answer does. What never resolves holds it. */
export async function s3Hook(endpoint: string) {
  const { port } = new URL(endpoint);
  const hooks: { before: Hook | undefined; after: Hook | undefined } = {
    before: undefined,
    after: undefined,
  };
  const server = createServer(async (req, res) => {
    await hooks.before?.(req);
    if (req.destroyed) return;
    const { method = "", url: path = "", headers } = req;
    const passedOn = request({ host: "127.0.0.1", port, method, path, headers }, async (answer) => {
      await hooks.after?.(req);
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    passedOn.on("error", () => res.destroy());
    req.pipe(passedOn);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, hooks, close };
}

/** Whether a request copies an object. */
export const isCopy = (req: IncomingMessage) => "x-amz-copy-source" in req.headers;
