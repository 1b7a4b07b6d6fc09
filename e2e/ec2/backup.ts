import { afterAll, expect, test } from "@jest/globals";
import { rmSync, statSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import * as gallery from "../src/gallery.ts";
import { onHost } from "../src/hosts.ts";
import { photographs } from "../src/image-fixtures.ts";
import { type Make, succeeding } from "../src/make.ts";
import * as pages from "../src/pages.ts";
import { newPerson } from "../src/people.ts";
import { photograph } from "../src/photograph.ts";

interface Site {
  readonly make: Make;
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
  readonly backendId: () => string;
  /** Where a backup is kept on this machine. */
  readonly file: string;
}

/** A person with images who is lost twice: with the account, and with the deployment. */
export function backupTests({ make, visit, backendId, file }: Site) {
  const succeed = succeeding(make);
  let owner: pages.Person;
  let names: string[];

  rmSync(file, { force: true });
  afterAll(() => rmSync(file, { force: true }));

  test("keeps its database in the bucket every night, by the unit that `make backup` starts", async () => {
    const [timer] = await onHost(backendId(), "systemctl is-enabled tintype-backup.timer");
    expect(timer).toBe("enabled");
    const [started] = await onHost(backendId(), "systemctl show -P Unit tintype-backup.timer");
    await onHost(backendId(), `systemctl start ${started}`);
    const last = JSON.parse((await onHost(backendId(), "cat /data/backup/last.json")).join(""));
    expect(last).toEqual({
      name: expect.stringMatching(/^[\dT-]+Z$/),
      at: expect.any(String),
      bytes: expect.any(Number),
      seconds: expect.any(Number),
    });
    expect(Date.now() - Date.parse(last.at)).toBeLessThan(60_000);
  });

  test("restores removed accounts and deleted images from its bucket, and signs everyone out", async () => {
    await visit(async (page, browser) => {
      owner = newPerson(await photograph(browser));
      await pages.createAccount(page, owner);
      await gallery.openGallery(page);
      await gallery.addPictures(page, (await photographs()).slice(0, 2));
      names = await ownPictures(page);
      expect(names).toHaveLength(2);
      await succeed("backup");
      await gallery.view(page, names[0]!);
      await gallery.remove(page);
      await page.goto(pages.paths.account);
      await pages.removeAccount(page, owner.password);
      await pages.signIn(page, { ...owner, ...(await bystander(browser)) });
      const { stderr } = await succeed("restore", "FROM=latest");
      expect(stderr).toMatch(/\d+ objects deleted since brought back/);
      await page.reload();
      await pages.signInPage(page);
    });
    await requireOwner();
  });

  test("is kept in one file that only its owner can read and nothing overwrites; without it nothing is destroyed", async () => {
    await succeed("backup", `TO=${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = statSync(file).mtimeMs;
    expect(await make("backup", `TO=${file}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is there already"),
    });
    expect(await make("destroy", "YES=1", `TO=${file}`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is there already[^]*Nothing was removed/),
    });
    expect(statSync(file).mtimeMs).toBe(before);
  });

  return {
    /** On the same deployment, or on another of its name. */
    restoreFileTests(): void {
      test("BACKUP-07 has the same accounts and images when it is restored from the file", async () => {
        await succeed("restore", `FROM=${file}`);
        await requireOwner();
      });
    },
  };

  /** Signs in, and sees the account's picture and all images. */
  async function requireOwner(): Promise<void> {
    await visit(async (page) => {
      await pages.signIn(page, owner);
      expect(await pages.shownAccount(page)).toMatchObject({ email: owner.email, loaded: true });
      expect((await ownPictures(page)).toSorted()).toEqual(names.toSorted());
    });
  }

  async function ownPictures(page: Page): Promise<string[]> {
    await gallery.openGallery(page, gallery.paths.own);
    return gallery.shownPictures(page);
  }

  /** A person who is signed in when the restore begins. */
  async function bystander(browser: Browser): Promise<pages.Person> {
    const person = newPerson(await photograph(browser));
    await visit((page) => pages.createAccount(page, person));
    return person;
  }
}
