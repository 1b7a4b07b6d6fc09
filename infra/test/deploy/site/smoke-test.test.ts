import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import type { FrontDoor } from "../../../deploy/clouds/cloud.ts";
import { smokeTest } from "../../../deploy/site/smoke-test.ts";

const page =
  '<link rel="stylesheet" href="/assets/a.css"><script src="/assets/b.js"></script><div id="root"></div>';
const whole = { "/": page, "/assets/a.css": "", "/assets/b.js": "", "/api/ready": "{}" };

let server: Server;
afterEach(() => {
  server.close();
});

/** A site that has these paths and no others. */
async function site(paths: Record<string, string>): Promise<FrontDoor> {
  server = createServer((request, response) => {
    const text = paths[request.url!];
    response.writeHead(text === undefined ? 404 : 200, { connection: "close" }).end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a site that is whole is well", async () => {
  await expect(smokeTest(await site(whole), "", 1)).resolves.toBeUndefined();
});

test.each(["/assets/a.css", "/assets/b.js", "/api/ready"])("a site without %s is not", async (path) => {
  const { [path as "/"]: _, ...rest } = whole;
  await expect(smokeTest(await site(rest), "", 1)).rejects.toThrow(`${path} is not answering correctly: 404`);
});

test("nor is another's page", async () => {
  await expect(smokeTest(await site({ "/": "Welcome to nginx!" }), "", 1)).rejects.toThrow(
    "not with Tintype's page",
  );
});
