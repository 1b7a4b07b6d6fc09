import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "@jest/globals";
import { createControl } from "../../../local-cloud/control.ts";
import { localCredentials } from "../../../local-cloud/emulator/credentials.ts";
import { sentTexts } from "../../../local-cloud/emulator/sent-texts.ts";
import { createSnsProxy } from "../../../local-cloud/emulator/sns-proxy.ts";
import { sha256, sign, signer, signingAlgorithm } from "../../../local-cloud/s3-proxy/src/sigv4.ts";
import { moto, region, startApiProxy } from "../serverless/api-proxy/harness.ts";

const now = () => new Date("2026-11-26T15:00:00Z");
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A call of SNS as the SDK makes it: a form, signed by a role's credentials. */
async function call(endpoint: string, keys: Keys, parameters: Record<string, string>, at = now()) {
  const body = new URLSearchParams({ ...parameters, Version: "2010-03-31" }).toString();
  const amzDate = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = amzDate.slice(0, 8);
  const scope = `${day}/${region}/sns/aws4_request`;
  const signed = {
    "content-type": "application/x-www-form-urlencoded",
    host: new URL(endpoint).host,
    "x-amz-content-sha256": sha256(body),
    "x-amz-date": amzDate,
    "x-amz-security-token": keys.sessionToken,
  };
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const names = Object.keys(signed).join(";");
  const canonical = ["POST", "/", "", lines.join(""), names, sha256(body)].join("\n");
  const credential = { accessKeyId: keys.accessKeyId, day, region, service: "sns", scope, text: "" };
  const signature = sign(
    signer(credential, keys.secretAccessKey, amzDate),
    [signingAlgorithm, amzDate, scope, sha256(canonical)].join("\n"),
  );
  const authorization = `${signingAlgorithm} Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const answer = await fetch(endpoint, { method: "POST", headers: { ...signed, authorization }, body });
  return answer.status;
}

const publish = (to: string, text: string) => ({ Action: "Publish", PhoneNumber: to, Message: text });

test("USE-22 text messages of hosts are kept with the role that sent them, and only those that were taken", async () => {
  const credentials = localCredentials(now);
  const texts = sentTexts(now);
  const sns = await listen(createSnsProxy({ upstream: moto, roleOf: credentials.roleOf, texts }));
  const blue = credentials.issue("tintype-blue");
  expect(await call(sns, blue, publish("+4917600000001", "a code"))).toBe(200);
  expect(await call(sns, blue, publish("no number", "a code"))).toBe(400);
  expect(
    await call(sns, blue, { Action: "CheckIfPhoneNumberIsOptedOut", phoneNumber: "+4917600000001" }),
  ).toBe(200);
  expect(await call(sns, blue, { Action: "Publish", TopicArn: "arn:aws:sns:x", Message: "a code" })).toBe(
    404,
  );
  expect(texts.list()).toEqual([
    { at: now().toISOString(), role: "tintype-blue", to: "+4917600000001", text: "a code" },
  ]);
});

test("USE-22 text messages of functions are kept too, and only those that their role may send", async () => {
  const texts = sentTexts(now);
  const proxy = await startApiProxy({ texts });
  const right = { Effect: "Allow", Action: "sns:Publish", Resource: "*" } as const;
  const allowed = await proxy.role("tintype-texts-api", right);
  const denied = await proxy.role("tintype-no-texts-api");
  const send = ({ credentials }: typeof allowed) =>
    call(proxy.endpoint, credentials, publish("+4917600000002", "a code"), proxy.clock.now);
  try {
    expect(await send(allowed)).toBe(200);
    expect(await send(denied)).toBe(403);
    expect(texts.list()).toMatchObject([{ role: "tintype-texts-api", to: "+4917600000002", text: "a code" }]);
  } finally {
    await proxy.stop();
  }
});

test("USE-22 an operator reads those of one deployment, before any services of serverless were started", async () => {
  const texts = sentTexts(now);
  const body = ({ to }: { readonly to: string }) => new URLSearchParams(publish(to, "a code")).toString();
  texts.keep("tintype-blue", body({ to: "+4917600000001" }), 200);
  texts.keep("tintype-green", body({ to: "+4917600000002" }), 200);
  const serverless = () => Promise.reject(new Error("not started"));
  const control = await listen(
    createControl({ secret: "secret", serverless, started: () => undefined, texts: texts.list }),
  );
  const ask = (secret: string) =>
    fetch(`${control}/texts/tintype-green`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await ask("guess!")).status).toBe(403);
  expect(await (await ask("secret")).json()).toMatchObject([{ role: "tintype-green", to: "+4917600000002" }]);
});
