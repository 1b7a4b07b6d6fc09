import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { jwtProviderFlows } from "../../../src/adapters/jwt/provider-flows.ts";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import { jwtUploadTokens } from "../../../src/adapters/jwt/upload-tokens.ts";
import { flowLifeMs, type ProviderFlow } from "../../../src/domain/provider-flow.ts";
import { after } from "../../../src/domain/time.ts";

const ring = () => ({ current: randomBytes(64), former: [] });
const secrets = ring();
const flows = jwtProviderFlows(secrets);
const at = new Date("2026-01-01T00:00:00Z");
const flow: ProviderFlow = {
  ...{ provider: "google", issuer: "https://accounts.google.com" },
  ...{ state: "s", nonce: "n", verifier: "v", next: "/gallery" },
  caller: undefined,
  startedAt: at,
};

test("IDP-07 a flow reads back as it was signed, for ten minutes", () => {
  expect(flows.read(flows.sign(flow), at)).toEqual(flow);
  const linking = { ...flow, caller: { accountId: "a", sessionId: "b", wants: "link" as const } };
  const text = flows.sign(linking);
  expect(flows.read(text, after(at, flowLifeMs - 1000))).toEqual(linking);
  expect(() => flows.read(text, after(at, flowLifeMs + 6000))).toThrow(
    expect.objectContaining({ code: "flow_ended" }),
  );
});

test("IDP-07 no other token is a flow, and a flow is no other token", () => {
  const text = flows.sign({ ...flow, caller: { accountId: "a", sessionId: "b", wants: "link" } });
  const tokens = jwtTokens({ accessSecrets: secrets, refreshSecrets: secrets, newId: () => "id" });
  const uploads = jwtUploadTokens(secrets);
  const holder = { accountId: "a", sessionId: "b" };
  const others = [
    tokens.access(holder, at),
    tokens.firstRefresh(holder, at).text,
    uploads.sign({ key: "incoming/a", contentType: "image/png", bytes: 1 }, "registration", at),
    jwtProviderFlows(ring()).sign(flow),
    `${text}a`,
    "",
  ];
  for (const other of others)
    expect(() => flows.read(other, at)).toThrow(expect.objectContaining({ code: "flow_ended" }));
  expect(() => tokens.readAccess(text, at)).toThrow();
  expect(() => tokens.readRefresh(text, at)).toThrow();
  expect(() => uploads.read(text, "registration", at)).toThrow();
});
