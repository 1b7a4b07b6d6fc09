import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { jwtChallengeTokens } from "../../../src/adapters/jwt/challenge-tokens.ts";
import { jwtPasskeyChallenges } from "../../../src/adapters/jwt/passkey-challenges.ts";
import { type PasskeyPurpose, passkeyLifeMs } from "../../../src/domain/passkey.ts";
import { after } from "../../../src/domain/time.ts";

const at = new Date("2026-01-01T00:00:00Z");
const secrets = { current: randomBytes(64), former: [] };
const challenges = jwtPasskeyChallenges(secrets);
const ended = expect.objectContaining({ code: "passkey_ended" });
const bound = { accountId: "a", of: "s" };
const purposes: PasskeyPurpose[] = [
  { kind: "sign-in" },
  { kind: "second-step", ...bound },
  { kind: "step-up", ...bound },
  { kind: "register", ...bound, asked: false },
  { kind: "register", ...bound, asked: true },
];

test.each(purposes)("PKY-02 a challenge states its purpose for 5 minutes: %j", (purpose) => {
  const text = challenges.sign({ challenge: "c", purpose }, at);
  expect(challenges.read(text, after(at, passkeyLifeMs))).toEqual({ challenge: "c", purpose });
  expect(() => challenges.read(text, after(at, passkeyLifeMs + 6_000))).toThrow(ended);
});

test("PKY-02 no other token is one, nor what another key signed", () => {
  const other = jwtChallengeTokens(secrets).sign({ id: "c", accountId: "a", credentialVersion: 1 }, at);
  const [purpose] = purposes as [PasskeyPurpose];
  const forged = jwtPasskeyChallenges({ current: randomBytes(64), former: [] }).sign(
    { challenge: "c", purpose },
    at,
  );
  for (const text of [other, forged, "", "a.b.c"]) expect(() => challenges.read(text, at)).toThrow(ended);
});
