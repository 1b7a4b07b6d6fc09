import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const workspace = join(import.meta.dirname, "..");
/** Where sharp is found from. */
const program = join(workspace, "../node_modules/.cache/decoder.mjs");

/** Before all tests: bundles the program that decodes images. */
export default async function bundleDecoder() {
  const { outputFiles } = await build({
    absWorkingDir: workspace,
    entryPoints: ["src/adapters/sharp/decoder.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    external: ["sharp"],
    logLevel: "warning",
  });
  await mkdir(dirname(program), { recursive: true });
  // At once: another run of the tests may have it in use.
  await writeFile(`${program}-${process.pid}`, outputFiles[0].contents);
  await rename(`${program}-${process.pid}`, program);
  process.env.BUNDLED_DECODER = program;
}
