import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { jwtTokens } from "../../../../app-backend/src/adapters/jwt/tokens.ts";

const accessSecret = randomBytes(64);

export const key = createSecretKey(accessSecret);
/** The application's own part that signs and checks. */
export const tokens = jwtTokens({
  accessSecrets: { current: accessSecret, former: [] },
  refreshSecrets: { current: randomBytes(64), former: [] },
  newId: randomUUID,
});
export const accessToken = tokens.access({ accountId: randomUUID(), sessionId: randomUUID() }, new Date());
