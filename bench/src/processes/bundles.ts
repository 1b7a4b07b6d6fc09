import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { zip } from "../../../app-backend/zip.ts";
import { run } from "../../../infra/cli/run.ts";
import { unpackedCode } from "../../../infra/local-cloud/serverless/lambda/function-code.ts";
import { readZip } from "../../../infra/local-cloud/serverless/lambda/zip.ts";

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

const functionsFolder = join(dist, "functions");

const options: BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external: ["@node-rs/argon2", "sharp", "cdktf"], // native addons cannot be bundled
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

export interface FunctionBundles {
  /** Folder with the code of the API's function. */
  readonly api: string;
  /** Bytes of each archive, beside the least that one can hold: Express behind serverless-http, sharp's own binaries. */
  readonly bytes: Readonly<Record<"api" | "images" | "bareApi" | "sharp", number>>;
}

/** Builds the functions as they are deployed. */
export async function buildFunctions(): Promise<FunctionBundles> {
  await run(process.execPath, ["--import", "tsx", "app-backend/build.ts", functionsFolder, "serverless"], {
    cwd: repository,
  });
  const text = await readFile(join(functionsFolder, "archives.json"), "utf8");
  const { api, images } = JSON.parse(text) as Record<"api" | "images", { path: string; hash: string }>;
  const archiveOf = ({ path }: { path: string }) => readFile(join(functionsFolder, path));
  const sharp = readZip(await archiveOf(images)).filter(({ path }) => path.startsWith("node_modules/"));
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(workspace, "src/programs/bare-serverless.ts")],
    legalComments: "none",
    minifySyntax: true, // as the application's are
    minifyWhitespace: true,
    write: false,
  });
  return {
    api: await unpackedCode(functionsFolder, { codeSha256: api.hash, readCode: () => archiveOf(api) }),
    bytes: {
      api: (await archiveOf(api)).length,
      images: (await archiveOf(images)).length,
      bareApi: zip([{ path: "api.mjs", data: Buffer.from(outputFiles[0]!.contents) }]).length,
      sharp: zip(sharp).length,
    },
  };
}

/** Builds the site as it is deployed, and React DOM alone. */
export async function buildPages(): Promise<{ readonly site: string; readonly barePage: string }> {
  const [site, barePage] = [join(dist, "site"), join(dist, "pages/bare-page.js")];
  const args = [
    join(repository, "node_modules/vite/bin/vite.js"),
    "build",
    "--outDir",
    site,
    "--emptyOutDir",
  ];
  await Promise.all([
    run(process.execPath, args, { cwd: join(repository, "app-frontend") }),
    build({
      entryPoints: [join(workspace, "src/pages/bare-page.ts")],
      outfile: barePage,
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022", // as the site
      define: { "process.env.NODE_ENV": '"production"' },
      legalComments: "none",
    }),
  ]);
  return { site, barePage };
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
