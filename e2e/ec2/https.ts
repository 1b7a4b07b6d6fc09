import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { openBrowser, watchFaults } from "../src/browser.ts";
import { keptCertificate, renewalIsPlanned, renew, renewIfDue } from "../src/certificate.ts";
import * as gallery from "../src/gallery.ts";
import type { Made } from "../src/make.ts";
import * as pages from "../src/pages.ts";
import { newPerson } from "../src/people.ts";
import { photograph } from "../src/photograph.ts";
import { askSite, type SecureSite, serialOf, shakeHands } from "../src/site.ts";
import { homeThatTrusts } from "../src/browser-ca.ts";
import { headerTests, type Site } from "../journeys/headers.ts";
import { passkeyTests } from "../journeys/passkeys.ts";
import { nginxHeaderTests } from "./nginx-headers.ts";

interface Deployment {
  readonly make: (target: string, ...settings: string[]) => Promise<Made>;
}

interface Outputs {
  readonly url: string;
  readonly localDoor: Omit<SecureSite, "domain">;
  readonly frontend: { readonly instanceId: string };
}

const domain = "tintype.test";

/** A deployment that gets a domain. */
export function httpsTests({ make }: Deployment): void {
  let outputs: Outputs | undefined;
  let person: pages.Person | undefined;

  test("HTTPS comes by naming a domain, and deploy prints how to get there", async () => {
    const { stderr } = await deploy();
    outputs = JSON.parse((await make("output")).stdout) as Outputs;
    expect(outputs.url).toBe(`https://${domain}`);
    expect(stderr).toContain(`https://${domain}`);
    expect(stderr).toContain(`MAP ${domain}:443 127.0.0.1:${site().port}`);
  });

  test("TLS-01 HTTPS takes a person from the plain address to an account, a session and pictures, without a fault", async () => {
    await visit(async (page, browser) => {
      const faults = await watchFaults(page);
      const someone = newPerson(await photograph(browser));
      await page.goto(`http://${domain}${pages.paths.create}?from=afar`);
      expect(page.url()).toBe(`https://${domain}${pages.paths.create}?from=afar`);
      await pages.createAccount(page, someone);
      person = someone;
      expect(await pages.shownAccount(page)).toMatchObject({ email: someone.email, loaded: true });
      expect(await page.context().cookies()).toEqual([
        expect.objectContaining({
          ...{ name: "__Host-refresh", domain: domain, path: "/" },
          ...{ secure: true, httpOnly: true, sameSite: "Strict" },
        }),
      ]);
      expect(await page.evaluate("document.cookie")).toBe("");
      await page.reload();
      expect(await pages.shownAccount(page)).toMatchObject({ email: someone.email, loaded: true });
      expect(await page.locator("footer").count()).toBe(0);
      await gallery.openGallery(page, gallery.paths.own);
      await gallery.addPictures(page, [await photograph(browser)]);
      expect(await gallery.shownPictures(page)).toHaveLength(1);
      await page.goto(pages.paths.account);
      await pages.signOut(page);
      expect(await page.context().cookies()).toEqual([]);
      expect(faults).toEqual([]);
    });
  });

  passkeyTests({ visit });

  test("TLS-09 HTTPS is refused by a browser that does not trust the site's authority", async () => {
    const refusal = visit((page) => page.goto("/").then(() => undefined), {});
    await expect(refusal).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("TLS-08 HTTPS speaks %s, and HTTP/2 in it", async (version) => {
    const options = { minVersion: version, maxVersion: version, ALPNProtocols: ["h2", "http/1.1"] };
    const socket = await shakeHands(site(), options);
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual([version, "h2"]);
    socket.destroy();
  });

  test.each([
    ["an older version", { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }],
    ["a cipher without forward secrecy", { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" }],
  ] as const)("TLS-08 HTTPS refuses %s", async (_what, options) => {
    await expect(shakeHands(site(), options)).rejects.toThrow(/SSL alert number/);
  });

  test("TLS-01 HTTPS sends pages on from plain HTTP, and answers no call of the API there", async () => {
    const page = await askSite(`http://${domain}/gallery?a=b`, {}, site());
    expect([page.status, page.headers.location]).toEqual([301, `https://${domain}/gallery?a=b`]);
    expect(page.headers["strict-transport-security"]).toBeUndefined();
    const call = await askSite(`http://${domain}/api/auth/signin`, { method: "POST" }, site());
    expect([call.status, JSON.parse(call.text)]).toMatchObject([403, { code: "https_required" }]);
    expect(call.headers["cache-control"]).toBe("no-store");
  });

  const crawled: Site = {
    by: "HTTPS",
    tls: true,
    ask: (path, asked) => askSite(`https://${domain}${path}`, asked, site()),
    person: () => ({ email: known().email, password: known().password }),
  };
  headerTests(crawled);
  nginxHeaderTests({ ...crawled, address: "127.0.0.1", port: () => site().port });

  test("HTTPS keeps its key to root, and plans its renewal", async () => {
    const { key, days } = await keptCertificate(deployed().frontend.instanceId);
    expect(key).toBe("root 600");
    expect(days).toBeGreaterThan(60);
    expect(await renewalIsPlanned(deployed().frontend.instanceId)).toBe(true);
  });

  test("TLS-02 HTTPS changes nothing by another deploy, and asks for no other certificate", async () => {
    const before = await serialOf(site());
    const { stderr } = await deploy();
    expect(stderr).toMatch(/backend: \d+ ok, 0 changed\n\s+frontend: \d+ ok, 0 changed/);
    expect(await serialOf(site())).toBe(before);
  });

  test("HTTPS is not lost by a deploy without the domain setting", async () => {
    const { code, stderr } = await make("deploy");
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("DOMAIN=none") });
  });

  test("TLS-05 HTTPS is not lost if a domain is refused", async () => {
    const before = await serialOf(site());
    const { code, stderr } = await make("deploy", "DOMAIN=refused.test");
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("rejectedIdentifier"),
    });
    expect(await serialOf(site())).toBe(before);
    expect((await askSite(`https://${domain}/api/ready`, {}, site())).status).toBe(200);
    const { stderr: back } = await deploy();
    expect(back).toMatch(/backend: \d+ ok, 0 changed/);
    expect(await serialOf(site())).toBe(before);
  });

  test("TLS-04 HTTPS renews its certificate when that is due, and not before, while no request fails", async () => {
    const before = await serialOf(site());
    await renewIfDue(deployed().frontend.instanceId);
    expect(await serialOf(site())).toBe(before);
    let over = false;
    const visitors = Array.from({ length: 4 }, async () => {
      const statuses: unknown[] = [];
      while (!over) {
        const answer = askSite(`https://${domain}/api/health`, {}, site());
        statuses.push(await answer.then(({ status }) => status, String));
      }
      return statuses;
    });
    await renew(deployed().frontend.instanceId);
    const after = await serialOf(site());
    over = true;
    const statuses = (await Promise.all(visitors)).flat();
    expect(after).not.toBe(before);
    expect(statuses.length).toBeGreaterThan(50);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  async function deploy(): Promise<Made> {
    const made = await make("deploy", `DOMAIN=${domain}`);
    if (made.code !== 0) throw new Error(`make deploy ended with ${made.code}:\n${made.stderr.slice(-2000)}`);
    return made;
  }

  function deployed(): Outputs {
    if (outputs === undefined) throw new Error("nothing is deployed with a domain");
    return outputs;
  }

  function site(): SecureSite {
    return { domain, ...deployed().localDoor };
  }

  async function visit(
    work: (page: Page, browser: Browser) => Promise<void>,
    trust: { home?: string } | undefined = undefined,
  ): Promise<void> {
    const { address, port, httpPort, root } = site();
    const resolverRules = `MAP ${domain}:443 ${address}:${port}, MAP ${domain}:80 ${address}:${httpPort}`;
    const browser = await openBrowser({ resolverRules, ...(trust ?? { home: await homeThatTrusts(root) }) });
    try {
      await work(await browser.newPage({ baseURL: `https://${domain}` }), browser);
    } finally {
      await browser.close();
    }
  }

  function known(): pages.Person {
    if (person === undefined) throw new Error("no account could be created");
    return person;
  }
}
