import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Owned } from "../../src/domain/owned.ts";
import { projectQuota } from "../../src/domain/project.ts";
import { after } from "../../src/domain/time.ts";
import type { NewProject, Projects } from "../../src/ports/projects.ts";
import { at, reference, someFacts, someSave } from "./fixtures.ts";
import { type Open, type RawProjectStore, whileOpen } from "./opened.ts";
import { winnersOfRounds } from "./races.ts";

/** `rounds` is how often each race is run. */
export function projectsContract(open: Open<Projects, RawProjectStore>, rounds = 20): void {
  const opened = whileOpen(open);
  let accountId: string;
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
  });

  const newProject = (facts: Partial<NewProject["facts"]> = {}, save = someSave()): NewProject => ({
    id: randomUUID(),
    accountId,
    facts: someFacts(facts),
    save,
  });

  async function added(...parts: Parameters<typeof newProject>): Promise<NewProject> {
    const project = newProject(...parts);
    expect(await opened().port.add(project)).toBe(true);
    return project;
  }

  /** Stored media of the account that is no longer kept without a project. */
  async function addedMedia(
    keptUntil = after(at, -1),
    of = accountId,
  ): Promise<{ id: string; objectKey: string }> {
    const id = randomUUID();
    const objectKey = `media/${of}/${id}/a.mp3`;
    await opened().raw.addMedia({ id, accountId: of, sha256: reference(), objectKey, keptUntil });
    const { summed } = await opened().raw.usage(of);
    await opened().raw.setUsage(of, { mediaFiles: summed.mediaFiles, mediaBytes: summed.mediaBytes });
    return { id, objectKey };
  }

  async function requireCounted(of = accountId): Promise<void> {
    const { counted, summed } = await opened().raw.usage(of);
    expect(counted).toEqual(summed);
  }

  const byAnother = async ({ id }: Owned) => ({ id, accountId: await opened().raw.addAccount() });
  const change = () => ({ revision: randomUUID(), device: "Safari on iOS", at: after(at, 5) });

  describe("projects", () => {
    test("a project reads back as it was added, by id and by title, with its media", async () => {
      const { port: projects, raw } = opened();
      const media = await addedMedia();
      const title = `Vorlesung 漢字 ${randomUUID()}`;
      const facts = { title, type: "audio", label: "Week 1", mediaId: media.id } as const;
      const { id, save } = await added(facts);
      const expected = {
        ...{ id, accountId, title, type: "audio", label: "Week 1", videoId: null, version: 1 },
        media: { ...media, name: "Lecture", contentType: "audio/mpeg", bytes: 100 },
        ...{ revision: save.revision, notes: save.notes, device: save.device },
        ...{ createdAt: at, savedAt: at, deletedAt: null },
      };
      expect(await projects.get({ id, accountId })).toEqual(expected);
      expect(await projects.getByTitle(accountId, title)).toEqual(expected);
      expect(await projects.getByTitle(accountId, title.toUpperCase())).toBeUndefined();
      const { id: other } = await added({ type: "youtube", videoId: "a-b_c123456" });
      expect(await projects.get({ id: other, accountId })).toMatchObject({
        videoId: "a-b_c123456",
        media: null,
      });
      expect(await raw.count(title)).toBeGreaterThan(0);
      await requireCounted();
    });

    test("AZ-01 under another account a project is not found by any method", async () => {
      const { port: projects } = opened();
      const project = await added();
      const stranger = await byAnother(project);
      const { revision } = project.save;
      expect(await projects.get(stranger)).toBeUndefined();
      expect(await projects.getByTitle(stranger.accountId, project.facts.title)).toBeUndefined();
      expect(await projects.list({ accountId: stranger.accountId, limit: 10 })).toEqual([]);
      expect(await projects.save(stranger, revision, someSave())).toBe(false);
      expect(await projects.replaceFacts(stranger, revision, someFacts(), change())).toBeUndefined();
      expect(await projects.bin(stranger, at)).toBe(false);
      expect(await projects.restore(stranger)).toBe(false);
      expect(await projects.remove(stranger, at)).toBeUndefined();
      expect(await projects.listVersions(stranger)).toEqual([]);
      expect(await projects.getVersion(stranger, 1)).toBeUndefined();
      expect(await projects.removeVersions(stranger, [1])).toEqual([]);
      expect(await projects.get(project)).toMatchObject({ version: 1, revision, deletedAt: null });
    });

    test("PRJ-11 a project of the same id is added once", async () => {
      const { port: projects } = opened();
      const project = newProject();
      const tries = await Promise.all([1, 2, 3, 4].map(() => projects.add(project)));
      expect(tries.filter(Boolean)).toHaveLength(1);
      expect(await projects.listVersions(project)).toHaveLength(1);
      await requireCounted();
    });

    test("PRJ-12 a title is taken once among those not in the bin, also in parallel", async () => {
      const { port: projects } = opened();
      const title = `Once ${randomUUID()}`;
      const tries = await Promise.allSettled(
        Array.from({ length: 6 }, () => projects.add(newProject({ title }))),
      );
      const refused = tries.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 5 }, () => "title_taken"));
      const [first] = await projects.list({ accountId, limit: 10 });
      const other = await added();
      const renamed = projects.replaceFacts(other, other.save.revision, someFacts({ title }), change());
      await expect(renamed).rejects.toMatchObject({ code: "title_taken" });
      expect(await projects.bin(first!, at)).toBe(true);
      const second = await added({ title });
      await expect(projects.restore(first!)).rejects.toMatchObject({ code: "title_taken" });
      await projects.bin(second, at);
      expect(await projects.restore(first!)).toBe(true);
      const stranger = await opened().raw.addAccount();
      expect(await projects.add({ ...newProject({ title }), accountId: stranger })).toBe(true);
      await requireCounted();
    });

    test("PRJ-12 an account that is gone or marked as removed gets no project and saves none", async () => {
      const { port: projects, raw } = opened();
      const removed = await raw.addAccount({ isRemoved: true });
      const mediaId = (await addedMedia()).id;
      for (const gone of [removed, randomUUID()]) {
        const project = { ...newProject({ mediaId }), accountId: gone };
        await expect(projects.add(project)).rejects.toMatchObject({ code: "not_signed_in" });
        expect(await raw.count(project.id)).toBe(0);
      }
      const id = randomUUID();
      await raw.addProject({ id, accountId: removed, notesKey: `notes/${removed}/${id}/a.json` });
      const left = { id, accountId: removed };
      await expect(projects.save(left, id, someSave())).rejects.toMatchObject({ code: "not_signed_in" });
      const renamed = projects.replaceFacts(left, id, someFacts(), change());
      await expect(renamed).rejects.toMatchObject({ code: "not_signed_in" });
      expect((await projects.get(left))?.version).toBe(1);
    });

    test("PRJ-10 media that is another account's, or not there, is the same media_gone, and nothing is stored", async () => {
      const { port: projects, raw } = opened();
      const others = (await addedMedia(at, await raw.addAccount())).id;
      const project = await added();
      for (const mediaId of [others, randomUUID()]) {
        const refused = newProject({ mediaId });
        await expect(projects.add(refused)).rejects.toMatchObject({ code: "media_gone" });
        expect(await raw.count(refused.id)).toBe(0);
        const facts = { ...project.facts, mediaId };
        const patched = projects.replaceFacts(project, project.save.revision, facts, change());
        await expect(patched).rejects.toMatchObject({ code: "media_gone" });
      }
      expect(await projects.get(project)).toMatchObject({ revision: project.save.revision, media: null });
      await requireCounted();
    });

    test("a save makes the next version, which is listed first and read back", async () => {
      const { port: projects } = opened();
      const project = await added();
      const second = someSave({ at: after(at, -60_000), device: "curl", saveId: "a-key-of-sixteen-letters" });
      expect(await projects.save(project, project.save.revision, second)).toBe(true);
      expect(await projects.get(project)).toMatchObject({
        ...{ version: 2, revision: second.revision, notes: second.notes, device: "curl" },
        ...{ createdAt: at, savedAt: second.at },
      });
      const versions = await projects.listVersions(project);
      const { notes, saveId, device } = second;
      const newest = { version: 2, notes, saveId, device, savedAt: second.at };
      expect(versions).toEqual([
        newest,
        { version: 1, notes: project.save.notes, saveId: null, device: project.save.device, savedAt: at },
      ]);
      expect(await projects.getVersion(project, 2)).toEqual(newest);
      expect(await projects.getVersion(project, 3)).toBeUndefined();
      await requireCounted();
    });

    test("PRJ-05 of 10 parallel saves of one revision exactly one wins, in every round", async () => {
      const { port: projects } = opened();
      const project = await added();
      let { revision } = project.save;
      const race = async () => {
        const saves = Array.from({ length: 10 }, () => someSave());
        const tries = await Promise.all(saves.map((save) => projects.save(project, revision, save)));
        revision = saves[tries.indexOf(true)]!.revision;
        return tries.filter(Boolean).length;
      };
      expect(await winnersOfRounds(race, rounds)).toEqual(Array.from({ length: rounds }, () => 1));
      const versions = (await projects.listVersions(project)).map(({ version }) => version);
      expect(versions).toEqual(Array.from({ length: rounds + 1 }, (_, index) => rounds + 1 - index));
      await requireCounted();
    });

    test("PRJ-03 a change of facts keeps version and notes, and the revision of before is stale", async () => {
      const { port: projects } = opened();
      const project = await added({ label: "Week 1" });
      const facts = someFacts({ type: "youtube", videoId: "abcdefghijk" });
      const next = change();
      expect(await projects.replaceFacts(project, project.save.revision, facts, next)).toEqual([]);
      const stored = await projects.get(project);
      const { mediaId: _none, ...shown } = facts;
      const { notes } = project.save;
      expect(stored).toMatchObject({ ...shown, ...{ version: 1, notes, revision: next.revision } });
      expect(stored).toMatchObject({ savedAt: next.at, device: next.device, media: null });
      expect(await projects.save(project, project.save.revision, someSave())).toBe(false);
      const again = projects.replaceFacts(project, project.save.revision, someFacts(), change());
      expect(await again).toBeUndefined();
      expect(await projects.getByTitle(accountId, project.facts.title)).toBeUndefined();
      expect(await projects.getByTitle(accountId, facts.title)).toEqual(stored);
    });

    test("PRJ-13 a project in the bin is neither saved nor changed, and back it goes on at its revision", async () => {
      const { port: projects } = opened();
      const project = await added();
      const { revision } = project.save;
      expect(await projects.restore(project)).toBe(false);
      expect(await projects.bin(project, after(at, 9))).toBe(true);
      expect(await projects.bin(project, after(at, 10))).toBe(false);
      expect(await projects.save(project, revision, someSave())).toBe(false);
      expect(await projects.replaceFacts(project, revision, someFacts(), change())).toBeUndefined();
      expect(await projects.getByTitle(accountId, project.facts.title)).toBeUndefined();
      expect(await projects.list({ accountId, limit: 10 })).toEqual([]);
      const [binned] = await projects.list({ accountId, inBin: true, limit: 10 });
      expect(binned).toMatchObject({ id: project.id, deletedAt: after(at, 9), version: 1, revision });
      expect(await projects.listVersions(project)).toHaveLength(1);
      expect(await projects.restore(project)).toBe(true);
      expect(await projects.list({ accountId, inBin: true, limit: 10 })).toEqual([]);
      expect(await projects.save(project, revision, someSave())).toBe(true);
      await requireCounted();
    });

    test("PRJ-13 saves, moves to the bin and back, and a removal at once leave one result, without gaps", async () => {
      const { port: projects, raw } = opened();
      for (let round = 0; round < rounds; round += 1) {
        const project = await added();
        const [saved, , , removed] = await Promise.all([
          projects.save(project, project.save.revision, someSave()),
          projects.bin(project, at),
          projects.restore(project),
          round % 2 === 0 ? projects.remove(project, at) : undefined,
        ]);
        const versions = (await projects.listVersions(project)).map(({ version }) => version);
        expect(versions).toEqual(round % 2 === 0 ? [] : saved ? [2, 1] : [1]);
        if (round % 2 === 0) expect(removed).toHaveLength(saved ? 2 : 1);
        if (round % 2 === 0) expect(await raw.count(project.id)).toBe(0);
      }
      await requireCounted();
    });

    test("PRJ-16 the quotas of projects and notes hold in parallel, in the bin too, and removing frees them", async () => {
      const { port: projects, raw } = opened();
      const project = await added();
      const { projects: real, notesBytes } = (await raw.usage(accountId)).summed;
      await raw.setUsage(accountId, { projects: projectQuota.maxProjects - 2 });
      const all = Array.from({ length: 6 }, () => newProject());
      const tries = await Promise.allSettled(all.map((each) => projects.add(each)));
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
      const refused = tries.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 4 }, () => "quota_exceeded"));
      await projects.bin(project, at);
      await expect(projects.add(newProject())).rejects.toMatchObject({ code: "quota_exceeded" });
      await projects.restore(project);
      await projects.remove(all[tries.findIndex(({ status }) => status === "fulfilled")]!, at);
      await added();
      await raw.setUsage(accountId, { projects: real + 2, notesBytes: projectQuota.maxNotesBytes - 99 });
      const save = projects.save(project, project.save.revision, someSave());
      await expect(save).rejects.toMatchObject({ code: "quota_exceeded" });
      expect(await projects.listVersions(project)).toHaveLength(1);
      expect(await projects.get(project)).toMatchObject({ version: 1, revision: project.save.revision });
      const renamed = projects.replaceFacts(project, project.save.revision, someFacts(), change());
      expect(await renamed).toEqual([]);
      await raw.setUsage(accountId, { notesBytes: notesBytes + 200 });
      await requireCounted();
    });

    test("PRJ-51 a list pages through projects, the last saved first, each once, also of one moment", async () => {
      const { port: projects } = opened();
      const all: NewProject[] = [];
      for (let index = 0; index < 9; index += 1)
        all.push(await added({}, someSave({ at: after(at, index < 5 ? 0 : index) })));
      const binned = await added();
      await projects.bin(binned, at);
      const seen: string[] = [];
      let place;
      for (;;) {
        const page = await projects.list({ accountId, after: place, limit: 2 });
        seen.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (!last) break;
        place = { at: last.savedAt, id: last.id };
        if (seen.length === 2)
          await projects.save(all[2]!, all[2]!.save.revision, someSave({ at: after(at, 99) }));
        if (seen.length === 2) await projects.remove(all[6]!, at);
      }
      const others = all.filter((project) => ![all[2], all[6]].includes(project)).map(({ id }) => id);
      expect(seen.toSorted()).toEqual(others.toSorted());
      expect(seen.slice(0, 3)).toEqual([all[8]!.id, all[7]!.id, all[5]!.id]);
    });

    test("a list has those of a type, and those whose title has a text, page by page", async () => {
      const { port: projects } = opened();
      const titles = ["Optik 1", "OPTIK 2", "Mécanique", "100 % optik_3", "Algebra"];
      for (const [index, title] of titles.entries()) {
        const facts = index % 2 === 0 ? {} : ({ type: "youtube", videoId: "abcdefghijk" } as const);
        await added({ title, ...facts }, someSave({ at: after(at, index) }));
      }
      const found = async (query: object) =>
        (await projects.list({ accountId, limit: 10, ...query })).map(({ title }) => title);
      expect(await found({ search: "optik" })).toEqual(["100 % optik_3", "OPTIK 2", "Optik 1"]);
      expect(await found({ search: "optik", limit: 2 })).toEqual(["100 % optik_3", "OPTIK 2"]);
      expect(await found({ search: "me\u0301CANIQUE" })).toEqual(["Mécanique"]);
      expect(await found({ search: "%" })).toEqual(["100 % optik_3"]);
      expect(await found({ search: "_" })).toEqual(["100 % optik_3"]);
      expect(await found({ search: "none of them" })).toEqual([]);
      expect(await found({ type: "youtube" })).toEqual(["100 % optik_3", "OPTIK 2"]);
      expect(await found({ type: "none", search: "optik" })).toEqual(["Optik 1"]);
    });

    test("removing a project returns the keys of its notes, and of media that has no other use and is not kept", async () => {
      const { port: projects, raw } = opened();
      const [media, kept] = [await addedMedia(), await addedMedia(after(at, 1))];
      const [one, other] = [await added({ mediaId: media.id }), await added({ mediaId: media.id })];
      const second = someSave();
      await projects.save(one, one.save.revision, second);
      const keys = await projects.remove(one, at);
      expect(keys?.toSorted()).toEqual([one.save.notes.key, second.notes.key].toSorted());
      expect(await projects.get(one)).toBeUndefined();
      expect(await projects.remove(one, at)).toBeUndefined();
      expect(await projects.remove(other, at)).toEqual([other.save.notes.key, media.objectKey]);
      const last = await added({ mediaId: kept.id });
      expect(await projects.remove(last, at)).toEqual([last.save.notes.key]);
      for (const { id } of [one, other, last, media]) expect(await raw.count(id)).toBe(0);
      expect(await raw.count(kept.id)).toBe(1);
      await requireCounted();
    });

    test("a change of media returns the key of media that has no other use", async () => {
      const { port: projects } = opened();
      const [first, second] = [await addedMedia(), await addedMedia()];
      const project = await added({ mediaId: first.id });
      const steps = [
        [{ mediaId: first.id }, []],
        [{ mediaId: second.id }, [first.objectKey]],
        [{ mediaId: null }, [second.objectKey]],
      ] as const;
      let from = project.save.revision;
      for (const [facts, released] of steps) {
        const next = change();
        expect(await projects.replaceFacts(project, from, someFacts(facts), next)).toEqual(released);
        from = next.revision;
      }
      await requireCounted();
    });

    test("PRJ-53 the last two uses of media that are removed at once remove it once, in every round", async () => {
      const { port: projects, raw } = opened();
      for (let round = 0; round < rounds; round += 1) {
        const media = await addedMedia();
        const uses = [await added({ mediaId: media.id }), await added({ mediaId: media.id })];
        const removed = await Promise.all(uses.map((use) => projects.remove(use, at)));
        expect(removed.flat().filter((key) => key === media.objectKey)).toHaveLength(1);
        expect(await raw.count(media.id)).toBe(0);
      }
      await requireCounted();
    });

    test("PRJ-53 a removal of the last use against a new use leaves no project without its media, in every round", async () => {
      const { port: projects, raw } = opened();
      for (let round = 0; round < rounds; round += 1) {
        const media = await addedMedia();
        const last = await added({ mediaId: media.id });
        const next = newProject({ mediaId: media.id });
        const [use, removal] = await Promise.allSettled([projects.add(next), projects.remove(last, at)]);
        const keys = removal.status === "fulfilled" ? removal.value : [];
        if (use.status === "rejected") expect(use.reason).toMatchObject({ code: "media_gone" });
        expect(keys?.includes(media.objectKey)).toBe(use.status === "rejected");
        const expected = use.status === "fulfilled" ? media.id : undefined;
        expect((await projects.get(next))?.media?.id).toBe(expected);
        expect((await raw.count(media.objectKey)) > 0).toBe(use.status === "fulfilled");
      }
      await requireCounted();
    });

    test("PRJ-53 of a purge and a restore at once one wins, and a project of before its time stays", async () => {
      const { port: projects, raw } = opened();
      const binnedBefore = after(at, 1000);
      for (let round = 0; round < rounds; round += 1) {
        const project = await added();
        await projects.bin(project, at);
        const [keys, isRestored] = await Promise.all([
          projects.remove(project, after(at, 2000), { binnedBefore }),
          projects.restore(project),
        ]);
        expect(keys === undefined).toBe(isRestored);
        expect((await raw.count(project.id)) > 0).toBe(isRestored);
      }
      const [young, live] = [await added(), await added()];
      await projects.bin(young, binnedBefore);
      for (const project of [young, live])
        expect(await projects.remove(project, after(at, 2000), { binnedBefore })).toBeUndefined();
      await requireCounted();
    });

    test("PRJ-53 of a restore and a new project of its title at once one wins, in every round", async () => {
      const { port: projects } = opened();
      const title = `Once ${randomUUID()}`;
      const binned = await added({ title });
      await projects.bin(binned, at);
      const race = async () => {
        const next = newProject({ title });
        const tries = await Promise.allSettled([projects.restore(binned), projects.add(next)]);
        const refused = tries.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
        expect(refused).toEqual(["title_taken"]);
        await Promise.all([projects.bin(binned, at), projects.remove(next, at)]);
        return tries.length - refused.length;
      };
      expect(await winnersOfRounds(race, rounds)).toEqual(Array.from({ length: rounds }, () => 1));
      await requireCounted();
    });

    test("projects that are in the bin since before a time are listed, the longest first", async () => {
      const { port: projects } = opened();
      const all = [await added(), await added(), await added()];
      const base = new Date("2001-01-01T00:00:00.000Z");
      for (const [index, project] of all.entries()) await projects.bin(project, after(base, -index));
      const listed = await projects.listBinned(base, 100);
      const own = listed.filter((each) => each.accountId === accountId);
      expect(own).toEqual([all[2], all[1]].map((project) => ({ accountId, id: project!.id })));
      expect(await projects.listBinned(base, 1)).toHaveLength(1);
    });

    test("removed versions are counted back, and the last one stays", async () => {
      const { port: projects } = opened();
      const project = await added();
      let from = project.save.revision;
      for (const save of [someSave(), someSave(), someSave()]) {
        await projects.save(project, from, save);
        from = save.revision;
      }
      const keys = (await projects.listVersions(project)).map(({ notes }) => notes.key);
      expect((await projects.removeVersions(project, [1, 3, 4, 9])).toSorted()).toEqual(
        [keys[1], keys[3]].toSorted(),
      );
      expect(await projects.removeVersions(project, [1, 3, 4, 9])).toEqual([]);
      expect(await projects.removeVersions(project, [])).toEqual([]);
      const kept = (await projects.listVersions(project)).map(({ version }) => version);
      expect(kept).toEqual([4, 2]);
      expect(await projects.getVersion(project, 3)).toBeUndefined();
      await requireCounted();
    });

    test("AUTH-30 all projects of an account are removed, and no other's", async () => {
      const { port: projects, raw } = opened();
      const media = await addedMedia();
      const all = [];
      for (let count = 0; count < 25; count += 1) all.push(await added({ mediaId: media.id }));
      await projects.bin(all[0]!, at);
      const bystander = { ...newProject(), accountId: await raw.addAccount() };
      await projects.add(bystander);
      for (let times = 0; times < 2; times += 1) await projects.removeOfAccount(accountId);
      for (const { id } of all.slice(0, 5)) expect(await raw.count(id)).toBe(0);
      expect((await raw.usage(accountId)).summed).toMatchObject({ projects: 0, notesBytes: 0 });
      expect(await projects.get(bystander)).toBeDefined();
    });
  });
}
