import { afterAll, expect, jest, test } from "@jest/globals";
import { freePort } from "../../infra/cli/free-port.ts";
import { containersAndNetworks } from "../src/hosts.ts";
import { localMake, succeeding } from "../src/make.ts";
import { afterTurns } from "../src/turn.ts";
import { httpsTests } from "./https.ts";

const minuteMs = 60_000;
const name = "e2e-https";
const make = localMake({ name, localPort: await freePort(), timeoutMs: 11 * minuteMs });
const succeed = succeeding(make);

jest.setTimeout(12 * minuteMs);

afterAll(async () => {
  await make("destroy", "YES=1");
});

/** The life of a deployment that gets a domain. */
afterTurns(() => {
  test("a deployment comes up without a domain", async () => {
    await succeed("deploy");
  });

  httpsTests({ make });

  test("the deployment goes away, its certificate too", async () => {
    const { stderr } = await succeed("destroy", "YES=1");
    expect(stderr).toContain("0 resources left.");
    expect(await containersAndNetworks(name)).toEqual([]);
  });
});
