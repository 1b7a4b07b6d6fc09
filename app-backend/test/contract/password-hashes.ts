import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Spend } from "../../src/domain/factor.ts";
import type { PasswordHashes } from "../../src/ports/password-hashes.ts";
import { at, reference } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";

export function passwordHashesContract(open: Open<PasswordHashes>): void {
  const opened = whileOpen(open);

  describe("password hashes", () => {
    test("the first hash is the credential of the account", async () => {
      const { port: hashes, raw } = opened();
      expect(await hashes.get(await raw.addAccount({ credential: "first" }))).toBe("first");
      expect(await hashes.get(randomUUID())).toBeUndefined();
    });

    test("a new hash raises the version, of that account alone", async () => {
      const { port: hashes, raw } = opened();
      const [own, other] = [await raw.addAccount(), await raw.addAccount()];
      expect(await hashes.replace(own, { from: 0, to: "second" })).toBe(1);
      expect(await hashes.replace(own, { to: `third of ${own}` })).toBe(2);
      expect(await hashes.get(own)).toBe(`third of ${own}`);
      expect(await raw.count(`third of ${own}`)).toBe(1);
      expect(await hashes.replace(other, { from: 0, to: "another" })).toBe(1);
    });

    test("a hash is replaced only if it is still the one that was verified", async () => {
      const { port: hashes, raw } = opened();
      const id = await raw.addAccount();
      expect(await hashes.replace(id, { from: 1, to: "new" })).toBeUndefined();
      expect(await hashes.replace(randomUUID(), { to: "new" })).toBeUndefined();
      expect(await hashes.get(id)).toBe("hash");
    });

    test("of parallel replacements of one hash one succeeds", async () => {
      const { port: hashes, raw } = opened();
      const id = await raw.addAccount();
      const tries = Array.from({ length: 8 }, (_, index) =>
        hashes.replace(id, { from: 0, to: `hash ${index}` }),
      );
      const versions = await Promise.all(tries);
      expect(versions.filter((version) => version === 1)).toHaveLength(1);
      expect(await hashes.get(id)).toBe(`hash ${versions.indexOf(1)}`);
    });

    test("PKY-11 a factor is spent with the hash that it sets, both or neither, of parallel calls by one", async () => {
      const { port: hashes, raw } = opened();
      const id = await raw.addAccount({ credential: "" });
      const [right, left] = [reference(), reference()];
      await raw.addFactors({ accountId: id, totpId: randomUUID(), lastStep: 0, hashes: [right, left] });
      const spendOf = (hash: string): Spend => ({
        factor: "recovery",
        hashes: [hash],
        event: { at, what: "recovery_code_used", device: "curl" },
      });
      expect(await hashes.replace(id, { to: "new", spend: spendOf(reference()) })).toBeUndefined();
      expect(await hashes.replace(id, { from: 1, to: "new", spend: spendOf(right) })).toBeUndefined();
      expect(await hashes.get(id)).toBeUndefined();
      expect(await raw.count(right)).toBe(1);
      const tries = [0, 1, 2, 3].map((index) =>
        hashes.replace(id, { to: `hash ${index}`, spend: spendOf(right) }),
      );
      const versions = await Promise.all(tries);
      expect(versions.filter((version) => version !== undefined)).toEqual([1]);
      expect(await hashes.get(id)).toBe(`hash ${versions.indexOf(1)}`);
      expect([await raw.count(right), await raw.count(left)]).toEqual([0, 1]);
    });

    test("a removed hash is undefined, and removing it again is no error", async () => {
      const { port: hashes, raw } = opened();
      const id = await raw.addAccount({ credential: `hash of ${randomUUID()}` });
      const hash = (await hashes.get(id))!;
      for (const each of [id, id, randomUUID()]) await hashes.remove(each);
      expect(await hashes.get(id)).toBeUndefined();
      expect(await raw.count(hash)).toBe(0);
    });
  });
}
