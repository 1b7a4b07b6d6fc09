import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { compose } from "../../src/compose/ec2.ts";
import { serverConfig } from "../../src/config/ec2.ts";
import { serve, stop } from "../../src/process/serve.ts";
import { send } from "../client.ts";
import { goodEnvironment } from "../environment.ts";

test.each([
  ["", false],
  ["tintype@example.org", true],
])(
  "USE-22 the API reports whether it mails its codes, and their form: with MAIL_FROM=%s",
  async (MAIL_FROM, sendsMail) => {
    const { app, close } = compose(serverConfig({ ...goodEnvironment(), MAIL_FROM, LOG_LEVEL: "silent" }));
    const server = await serve(app, { port: 0 });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const codes = { digits: 12, confirmSeconds: 600, resetSeconds: 600 };
    expect(await send({ url }, "GET", "/settings")).toMatchObject({
      status: 200,
      body: { sendsMail, codes },
    });
    await stop(server, 1_000);
    await close();
  },
);
