import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { after } from "../../src/domain/time.ts";
import type { ProviderIdentities } from "../../src/ports/provider-identities.ts";
import { at, someIdentity, waysIn } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { isBroken } from "./races.ts";

/** An account without a password. */
const withoutPassword = { credential: "" };

export function providerIdentitiesContract(open: Open<ProviderIdentities>, rounds?: number): void {
  const opened = whileOpen(open);

  async function linked(accountId: string, facts: Partial<ReturnType<typeof someIdentity>> = {}) {
    const identity = someIdentity(accountId, facts);
    await opened().port.add(identity);
    return identity;
  }

  describe("provider identities", () => {
    test("an identity reads back as it was added, by issuer and subject", async () => {
      const { port: identities, raw } = opened();
      const id = await raw.addAccount();
      const identity = await linked(id, { email: "ada@example.org" });
      expect(await identities.get(identity.issuer, identity.subject)).toEqual(identity);
      expect(await identities.get("https://other.example", identity.subject)).toBeUndefined();
      expect(await identities.get(identity.issuer, randomUUID())).toBeUndefined();
      expect(await raw.count(identity.id)).toBeGreaterThan(0);
    });

    test("IDP-13 issuers and subjects that differ in one byte are others", async () => {
      const { port: identities, raw } = opened();
      const { issuer, subject } = await linked(await raw.addAccount(), { subject: `Ada ${randomUUID()}` });
      const others = [
        [`${issuer}/`, subject],
        [issuer.toUpperCase(), subject],
        [issuer, subject.toUpperCase()],
        [issuer, `${subject} `],
        [`${issuer}\n`, subject],
      ] as const;
      for (const [otherIssuer, otherSubject] of others)
        expect(await identities.get(otherIssuer, otherSubject)).toBeUndefined();
      await linked(await raw.addAccount(), { subject: `${subject} ` });
    });

    test("the identities of an account are listed, the oldest first, and of no other", async () => {
      const { port: identities, raw } = opened();
      const [own, other] = [await raw.addAccount(), await raw.addAccount()];
      const second = await linked(own, { createdAt: after(at, 1000) });
      const first = await linked(own);
      await linked(other);
      expect(await identities.listOfAccount(own)).toEqual([first, second]);
      expect(await identities.listOfAccount(randomUUID())).toEqual([]);
    });

    test("IDP-10 of parallel links of one identity one succeeds, the others are refused", async () => {
      const { port: identities, raw } = opened();
      const ids = await Promise.all(Array.from({ length: 5 }, () => raw.addAccount()));
      const { subject } = someIdentity("");
      const tries = await Promise.allSettled(
        ids.map((id) => identities.add({ ...someIdentity(id), subject })),
      );
      const refused = tries.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 4 }, () => "identity_taken"));
      const winner = ids[tries.findIndex(({ status }) => status === "fulfilled")];
      expect((await identities.get("https://id.example", subject))?.accountId).toBe(winner);
    });

    test("an account that is gone or being removed gets none", async () => {
      const { port: identities, raw } = opened();
      for (const id of [randomUUID(), await raw.addAccount({ isRemoved: true })]) {
        const identity = someIdentity(id);
        await expect(identities.add(identity)).rejects.toMatchObject({ code: "not_signed_in" });
        expect(await raw.count(identity.id)).toBe(0);
      }
    });

    test("IDP-10 an identity is free again when its account is marked as removed", async () => {
      const { port: identities, raw } = opened();
      const [former, next] = [await raw.addAccount(), await raw.addAccount()];
      const { issuer, subject } = await linked(former);
      await raw.markRemoved(former);
      expect(await identities.get(issuer, subject)).toBeUndefined();
      const again = await linked(next, { subject });
      expect(await identities.get(issuer, subject)).toEqual(again);
      await identities.removeOfAccount(former);
      expect(await identities.get(issuer, subject)).toEqual(again);
    });

    test("removing an identity frees it, and is limited to its account", async () => {
      const { port: identities, raw } = opened();
      const [own, other] = [await raw.addAccount(), await raw.addAccount()];
      const { id, issuer, subject } = await linked(own);
      expect(await identities.remove({ accountId: other, id }, waysIn)).toBe("missing");
      expect(await identities.remove({ accountId: own, id }, waysIn)).toBe("removed");
      expect(await identities.remove({ accountId: own, id }, waysIn)).toBe("missing");
      expect(await identities.get(issuer, subject)).toBeUndefined();
      expect(await raw.count(id)).toBe(0);
      await linked(other, { subject });
    });

    test("IDP-11 the last identity of an account without a password stays", async () => {
      const { port: identities, raw } = opened();
      const accountId = await raw.addAccount(withoutPassword);
      const [first, second] = [await linked(accountId), await linked(accountId)];
      expect(await identities.remove({ accountId, id: first.id }, waysIn)).toBe("removed");
      expect(await identities.remove({ accountId, id: second.id }, waysIn)).toBe("last");
      expect(await identities.listOfAccount(accountId)).toEqual([second]);
    });

    test("IDP-11 of two identities that are removed at once one stays", async () => {
      const { port: identities, raw } = opened();
      const race = async () => {
        const accountId = await raw.addAccount(withoutPassword);
        const both = [await linked(accountId), await linked(accountId)];
        await Promise.all(both.map(({ id }) => identities.remove({ accountId, id }, waysIn)));
        return (await identities.listOfAccount(accountId)).length;
      };
      expect(await isBroken(race, rounds ?? 50)).toBe(false);
    });

    test("IDP-11 of two that work and one of a former provider, removed at once, one that works stays", async () => {
      const { port: identities, raw } = opened();
      const race = async () => {
        const accountId = await raw.addAccount(withoutPassword);
        const both = [await linked(accountId), await linked(accountId)];
        const former = await linked(accountId, { issuer: "https://former.example" });
        await Promise.all(both.map(({ id }) => identities.remove({ accountId, id }, waysIn)));
        const left = await identities.listOfAccount(accountId);
        expect(left.map(({ id }) => id)).toContain(former.id);
        return left.length - 1;
      };
      expect(await isBroken(race, rounds ?? 50)).toBe(false);
    });

    test("removing all of an account is idempotent, and leaves those of others", async () => {
      const { port: identities, raw } = opened();
      const [own, other] = [await raw.addAccount(withoutPassword), await raw.addAccount()];
      const mine = [await linked(own), await linked(own)];
      const kept = await linked(other);
      await raw.markRemoved(own);
      for (const id of [own, own, randomUUID()]) await identities.removeOfAccount(id);
      for (const { id } of mine) expect(await raw.count(id)).toBe(0);
      expect(await identities.listOfAccount(other)).toEqual([kept]);
    });
  });
}
