import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { jwtChallengeTokens } from "../../../src/adapters/jwt/challenge-tokens.ts";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import { challengeLifeMs } from "../../../src/domain/challenge.ts";
import { after } from "../../../src/domain/time.ts";

const at = new Date("2026-01-01T00:00:00Z");
const refreshSecrets = { current: randomBytes(64), former: [] };
const tokens = jwtTokens({
  accessSecrets: { current: randomBytes(64), former: [] },
  refreshSecrets,
  newId: () => "id",
});
const challenges = jwtChallengeTokens(refreshSecrets);
const challenge = { id: "c", accountId: "a", credentialVersion: 3 };
const over = expect.objectContaining({ code: "challenge_over" });

describe("the token of a challenge", () => {
  test("states the challenge for 5 minutes", () => {
    const token = challenges.sign(challenge, at);
    expect(challenges.read(token, after(at, challengeLifeMs))).toEqual(challenge);
    expect(() => challenges.read(token, after(at, challengeLifeMs + 6_000))).toThrow(over);
  });

  test("MFA-02 is neither an access token nor a refresh token, and these are none", () => {
    const token = challenges.sign(challenge, at);
    expect(jwt.decode(token, { complete: true })?.header).toEqual({ alg: "HS256", typ: "mfa+jwt" });
    expect(() => tokens.readAccess(token, at)).toThrow(expect.objectContaining({ code: "not_signed_in" }));
    expect(() => tokens.readRefresh(token, at)).toThrow(expect.objectContaining({ code: "session_ended" }));
    const holder = { accountId: "a", sessionId: "s" };
    for (const other of [tokens.access(holder, at), tokens.firstRefresh(holder, at).text, "", "a.b.c"])
      expect(() => challenges.read(other, at)).toThrow(over);
  });

  test("MFA-02 is refused if another key signed it", () => {
    const other = jwtChallengeTokens({ current: randomBytes(64), former: [] });
    expect(() => challenges.read(other.sign(challenge, at), at)).toThrow(over);
  });
});
