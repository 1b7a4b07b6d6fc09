import { expect, test } from "@jest/globals";
import { cloud } from "../src/cloud.ts";
import type { Made } from "../src/make.ts";

interface Deployed {
  readonly name: string;
  readonly bucket: () => string;
  readonly make: (target: string, ...settings: string[]) => Promise<Made>;
}

const emptyingLimitSeconds = 30;

/** Removes the deployment, with a full bucket, and proves that nothing remains. */
export function teardownTests({ name, bucket, make }: Deployed): void {
  let planted: string | undefined;

  test("DEP-11 empties a bucket of 1,000 objects, versions and unfinished uploads in seconds, and names what was added by hand", async () => {
    const here = cloud();
    await here.fill(bucket(), { objects: 1000, versions: 300, markers: 200, uploads: 3 });
    planted = await here.plantVolume(name);
    const { code, stderr } = await make("destroy", "YES=1");
    const [, seconds = ""] = /✓ Empty the bucket \((\d+\.\d) s\)/.exec(stderr) ?? [];
    expect(seconds).not.toBe("");
    expect(Number(seconds)).toBeLessThan(emptyingLimitSeconds);
    expect(stderr).toMatch(new RegExp(`1 resource left:\\n +volume ${planted}\\n`));
    expect(stderr).toContain("Error 1"); // the command's own exit code: make's is 2, whatever failed
    expect(code).not.toBe(0);
  });

  test("DEP-11 once that is gone nothing is left, and the command says so", async () => {
    await cloud().removeVolume(planted!);
    const { code, stderr } = await make("destroy", "YES=1");
    expect(stderr).toContain("0 resources left.");
    expect(code).toBe(0);
  });
}
