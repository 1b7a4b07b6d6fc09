import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { StoredProfile } from "../../src/domain/profile.ts";
import { maxPictureLinkLength } from "../../src/domain/profile.ts";
import type { Profiles } from "../../src/ports/profiles.ts";
import { type Open, whileOpen } from "./opened.ts";

const profileOf = (accountId: string, facts: Partial<StoredProfile> = {}): StoredProfile => ({
  accountId,
  username: "ada",
  firstName: "Ada",
  lastName: "Lovelace",
  pictureLink: "https://pictures.example/ada.png",
  ...facts,
});

export function profilesContract(open: Open<Profiles>): void {
  const opened = whileOpen(open);

  describe("profiles", () => {
    test("a profile is created, then replaced as a whole, and no other is", async () => {
      const { port: profiles, raw } = opened();
      const [own, other] = [randomUUID(), randomUUID()];
      expect(await profiles.get(own)).toBeUndefined();
      await profiles.replace(profileOf(own));
      await profiles.replace(profileOf(other));
      expect(await profiles.get(own)).toEqual(profileOf(own));
      const next = profileOf(own, { username: "al", firstName: "", lastName: "", pictureLink: "" });
      await profiles.replace(next);
      expect(await profiles.get(own)).toEqual(next);
      expect(await profiles.get(other)).toEqual(profileOf(other));
      expect([await raw.count(own), await raw.count(other)]).toEqual([1, 1]);
    });

    test("two accounts may have one user name", async () => {
      const { port: profiles } = opened();
      for (const id of [randomUUID(), randomUUID()]) {
        await profiles.replace(profileOf(id));
        expect((await profiles.get(id))?.username).toBe("ada");
      }
    });

    test("text of every script and of the greatest length is stored as it is", async () => {
      const { port: profiles } = opened();
      const longest = profileOf(randomUUID(), {
        username: "日".repeat(64),
        firstName: "é".repeat(100),
        lastName: `'; DROP TABLE profiles -- 👩‍🚀`,
        pictureLink: `https://a.example/${"a".repeat(maxPictureLinkLength - 18)}`,
      });
      await profiles.replace(longest);
      expect(await profiles.get(longest.accountId)).toEqual(longest);
    });

    test("of parallel calls one profile is stored, whole", async () => {
      const { port: profiles, raw } = opened();
      const id = randomUUID();
      const tries = Array.from({ length: 10 }, (_, index) =>
        profileOf(id, { username: `u${index}`, firstName: `f${index}`, lastName: `l${index}` }),
      );
      await Promise.all(tries.map((each) => profiles.replace(each)));
      expect(tries).toContainEqual(await profiles.get(id));
      expect(await raw.count(id)).toBe(1);
    });
  });
}
