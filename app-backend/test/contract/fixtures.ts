import { randomUUID } from "node:crypto";
import type { Account } from "../../src/domain/account.ts";
import type { Passkey } from "../../src/domain/passkey.ts";
import type { ProjectFacts } from "../../src/domain/project.ts";
import type { ProviderIdentity } from "../../src/domain/provider-identity.ts";
import type { WaysIn } from "../../src/domain/ways-in.ts";
import type { Save } from "../../src/ports/projects.ts";
import { openSession, type Session } from "../../src/domain/session.ts";

export const at = new Date("2026-01-01T00:00:00.123Z");
export const reference = () => randomUUID().replaceAll("-", "").repeat(2);

export function someAccount(facts: Partial<Account> = {}): Account {
  const id = randomUUID();
  return {
    id,
    email: `${id}@example.org`,
    credentialVersion: 0,
    pictureKey: `pictures/${id}/a.png`,
    username: null,
    firstName: null,
    lastName: null,
    confirmed: false,
    createdAt: at,
    ...facts,
  };
}

export function someIdentity(accountId: string, facts: Partial<ProviderIdentity> = {}): ProviderIdentity {
  const [id, subject] = [randomUUID(), randomUUID()];
  return { id, accountId, issuer: "https://id.example", subject, email: null, createdAt: at, ...facts };
}

/** By these the fixtures open their accounts. */
export const waysIn: WaysIn = { issuers: ["https://id.example"], rpId: "tintype.example" };

export function somePasskey(accountId: string, facts: Partial<Passkey> = {}): Passkey {
  return {
    ...{
      id: randomUUID(),
      accountId,
      rpId: "tintype.example",
      credentialId: reference(),
      publicKey: "key",
      counter: 0,
    },
    ...{ transports: ["internal", "hybrid"], backupEligible: true, backedUp: false },
    ...{ userVerified: true, asked: false, name: "Laptop", createdAt: at, lastUsedAt: null },
    ...facts,
  };
}

export function someSession(accountId: string): Session {
  const client = { address: "203.0.113.7", userAgent: "curl/8" };
  const ofAccount = { accountId, credentialVersion: 0, proofs: ["password"] as const };
  return openSession({ id: randomUUID(), ...ofAccount, current: reference(), at, client });
}

/** How a store addresses a session. */
export const holderOf = ({ id: sessionId, accountId }: Session) => ({ accountId, sessionId });

export const someFacts = (facts: Partial<ProjectFacts> = {}): ProjectFacts => ({
  title: `Lecture ${randomUUID()}`,
  type: "none",
  label: null,
  videoId: null,
  mediaId: null,
  ...facts,
});

/** Of 100 bytes. */
export const someSave = (facts: Partial<Save> = {}): Save => {
  const id = randomUUID();
  return {
    revision: id,
    device: "Firefox on Linux",
    at,
    saveId: null,
    notes: { key: `notes/account/project/${id}/a.json`, sha256: reference(), bytes: 100 },
    ...facts,
  };
};
