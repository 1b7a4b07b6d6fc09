import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { serverConfig } from "../../app-backend/src/config/ec2.ts";
import { ansiblePlaybook } from "../../infra/cli/ansible.ts";
import { completePath } from "../../infra/cli/requirements.ts";
import { writeInventory } from "../../infra/deploy/ec2/release/inventory.ts";
import { scratchDeployment, scratchOutputs as outputs } from "../../infra/test/deploy/scratch-deployment.ts";

const role = join(import.meta.dirname, "../roles/backend");
const root = mkdtempSync(join(tmpdir(), "tintype-settings-"));
const providers =
  "google,https://accounts.google.com,1234-ab.apps.googleusercontent.com staff,https://id.example.org/pool_1,5c6d,trusts-factor";
const settings = {
  smsMonthlyUsd: "10",
  smsCountries: "+49,-49900,+43",
  providers,
  accessTokens: "es256",
} as const;
const blue = scratchDeployment(settings);

/** The tasks of a file of the role whose names begin so, on files below `root`, for a user who need not be root. */
function tasksOf(file: string, ...names: readonly string[]): string {
  const text = readFileSync(join(role, "tasks", file), "utf8");
  const tasks = text
    .split(/^(?=- name: )/m)
    .filter((task) => names.some((name) => task.startsWith(`- name: ${name}`)));
  expect(tasks.length).toBeGreaterThan(0);
  return tasks
    .join("")
    .replaceAll(/^ +(owner|group): .*\n/gm, "")
    .replaceAll("/data/secrets", join(root, "secrets"))
    .replaceAll("/opt/tintype/releases/{{ backend_revision }}", root)
    .replaceAll("src: ", `src: ${role}/templates/`);
}

beforeAll(async () => {
  completePath();
  const release = { id: "0123456789ab", archive: "/archive.tar.gz" };
  const node = { version: "22.0.0", binary: "/node" };
  await writeInventory(blue, { outputs, backend: release, frontend: release, node });
  mkdirSync(join(root, "tasks"));
  const specs = `(lookup('file', '${role}/meta/argument_specs.yml') | from_yaml).argument_specs.main.options`;
  writeFileSync(
    join(root, "tasks/main.yml"),
    `---
- hosts: backend
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    backend_mysql_socket: /run/mysqld/mysqld.sock
  handlers:
    - name: Restart the application
      ansible.builtin.meta: noop
  tasks:
    - name: Validate
      ansible.builtin.validate_argument_spec:
        argument_spec: "{{ ${specs} }}"
    - ansible.builtin.include_tasks: secrets.yml
    - ansible.builtin.include_tasks: configure.yml
`,
  );
  writeFileSync(join(root, "tasks/secrets.yml"), tasksOf("secrets.yml", "Create the folder", "Generate"));
  writeFileSync(join(root, "tasks/configure.yml"), tasksOf("configure.yml", "Write the settings"));
  const { code, stdout, stderr } = await ansiblePlaybook([
    ...["--inventory", blue.inventory, join(root, "tasks/main.yml")],
  ]);
  expect({ code, fault: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, fault: "" });
});
afterAll(() => {
  for (const folder of [root, blue.folder]) rmSync(folder, { recursive: true });
});

/** A file as systemd reads it, in which nothing needs its unquoting: systemd.exec(5), EnvironmentFile=. */
function environmentIn(path: string): Record<string, string> {
  const text = readFileSync(join(root, path), "utf8");
  expect(text).not.toMatch(/["'\\]|[ \t]$|^[^A-Z]/m);
  return Object.fromEntries(
    text
      .split("\n")
      .flatMap((line) => [...line.matchAll(/^(\w+)=(.*)$/g)].map(([, name, value]) => [name!, value!])),
  );
}

test("SMS-01, IDP-15 text messages, providers and key pairs of a deploy arrive at the API, through inventory and settings", () => {
  const written = environmentIn("backend.env");
  expect(written).toMatchObject({
    SMS_MONTHLY_USD: "10",
    SMS_COUNTRIES: "+49,-49900,+43",
    PROVIDERS: providers,
    ACCESS_TOKENS: "es256",
  });
  const config = serverConfig({
    ...written,
    ...environmentIn("secrets/backend.env"),
    ...environmentIn("secrets/factors.env"),
    SITE_ORIGIN: "https://tintype.example.org", // a provider needs it
    MYSQL_USER: "tintype",
    PROVIDER_SECRET_GOOGLE: "GOCSPX-secret",
  });
  expect(config.texts).toMatchObject({
    perMonth: 50,
    ranges: [
      { prefix: "49", isServed: true },
      { prefix: "49900", isServed: false },
      { prefix: "43", isServed: true },
    ],
  });
  expect(config.providers).toMatchObject([
    { id: "google", clientSecret: "GOCSPX-secret", trustsFactor: false },
    { id: "staff", clientId: "5c6d", trustsFactor: true },
  ]);
  expect(config.accessTokens).toBe("es256");
});

test("DEP-14 each secret of a host is in a file for root alone, and none in the settings that all may read", () => {
  const files = readdirSync(join(root, "secrets")).toSorted();
  expect(files).toEqual(["backend.env", "backup.env", "factors.env", "migrate.env"]);
  const mode = (path: string) => statSync(join(root, path)).mode & 0o777;
  expect(mode("secrets")).toBe(0o700);
  expect(files.map((file) => mode(`secrets/${file}`))).toEqual(files.map(() => 0o600));
  expect(mode("backend.env")).toBe(0o644);
  const settings = readFileSync(join(root, "backend.env"), "utf8");
  expect(settings).not.toMatch(/SECRET|PASSWORD/);
  for (const file of files)
    for (const value of Object.values(environmentIn(`secrets/${file}`)))
      expect(settings).not.toContain(value);
});

test("IDP-15 the unit reads the settings, and after them the files of secrets", () => {
  const unit = readFileSync(join(role, "templates/tintype-backend.service.j2"), "utf8");
  expect([...unit.matchAll(/^EnvironmentFile=-?(.+)$/gm)].map(([, file]) => file)).toEqual([
    "{{ release }}/backend.env",
    ...["backend", "factors", "providers"].map((name) => `/data/secrets/${name}.env`),
  ]);
});
