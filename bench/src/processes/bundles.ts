import { join } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { run } from "../../../infra/cli/run.ts";

const workspace = join(import.meta.dirname, "../..");
const repository = join(workspace, "..");
const dist = join(workspace, "dist");

export const programsFolder = join(dist, "programs");
/** The application as it is deployed. */
export const applicationFolder = join(dist, "application");
/** The same, but what the database has answered once it is not asked again. */
export const replayingServer = join(dist, "replaying/server.mjs");
/** The same, but pictures are passed on as they are. */
export const passingServer = join(dist, "passing/server.mjs");

const options: BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external: ["@node-rs/argon2", "sharp"], // native addons cannot be bundled
  outExtension: { ".js": ".mjs" },
  banner: {
    js: 'import { createRequire as $createRequire } from "node:module";\nconst require = $createRequire(import.meta.url);',
  },
  logLevel: "warning",
};

/** Builds all that runs as a process of its own, so that none carries a compiler along. */
export async function buildBundles(): Promise<void> {
  const args = ["--import", "tsx", "app-backend/build.ts", applicationFolder];
  await Promise.all([
    run(process.execPath, args, { cwd: repository }),
    build({ ...options, entryPoints: [join(workspace, "src/programs/*.ts")], outdir: programsFolder }),
    buildDecoder(programsFolder),
    buildDecoder(join(dist, "replaying")),
    buildServer("replaying", /^mysql2\/promise$/, "src/app/replaying-driver.ts"),
    buildServer("passing", /\/sharp\/image-processor\.ts$/, "src/app/pass-through-image-processor.ts"),
  ]);
}

/** The program that the image processor starts, beside the bundle that contains it. */
function buildDecoder(outdir: string) {
  const entryPoints = [join(repository, "app-backend/src/adapters/sharp/decoder.ts")];
  return build({ ...options, entryPoints, outdir });
}

/** Builds the application with something of this workspace in the place of one of its modules. */
function buildServer(name: string, filter: RegExp, stand: string) {
  return build({
    ...options,
    entryPoints: [join(repository, "app-backend/src/entrypoints/ec2/server.ts")],
    outdir: join(dist, name),
    plugins: [inPlaceOf(filter, join(workspace, stand))],
  });
}

function inPlaceOf(filter: RegExp, stand: string): Plugin {
  return {
    name: "in-place-of",
    setup({ onResolve }) {
      onResolve({ filter }, ({ importer }) => (importer === stand ? undefined : { path: stand }));
    },
  };
}
