import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { newSecrets, users } from "../../services/secrets.ts";

interface Container {
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: unknown;
  readonly volumeMounts: unknown;
  readonly resources: { readonly limits: unknown };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string };
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: unknown;
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly volumes: readonly unknown[];
}

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

const folder = join(import.meta.dirname, "../../../services");
const { items } = JSON.parse(readFileSync(join(folder, "kubernetes.json"), "utf8")) as { items: Item[] };
const compose = readFileSync(join(folder, "compose.yaml"), "utf8");
const named = (kind: string, name: string) => {
  const found = items.filter((item) => item.kind === kind && item.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0]!.spec;
};

describe.each(["login", "profile"] as const)("services/kubernetes.json, %s", (name) => {
  const deployment = named("Deployment", name);
  const { spec: pod } = deployment["template"] as { spec: PodSpec };
  const all = [...pod.initContainers, ...pod.containers];
  const [container] = pod.containers as [Container];

  test("is replaced one by one, and never has fewer replicas than before", () => {
    expect(deployment).toMatchObject({
      replicas: 2,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
    expect(named("PodDisruptionBudget", name)).toMatchObject({ maxUnavailable: 1 });
  });

  test("migrates first, and has a probe for starting, for serving and for being alive", () => {
    expect(pod.initContainers.map(({ command }) => command)).toEqual([["node", `${name}-migrate.mjs`]]);
    expect(container.command).toEqual(["node", `${name}.mjs`]);
    expect(container.startupProbe.httpGet.path).toBe("/health");
    expect(container.livenessProbe.httpGet.path).toBe("/health"); // a Redis that is away must not restart it
    expect(container.readinessProbe.httpGet.path).toBe("/ready");
  });

  test("has a read-only root and no privilege, and runs as its own user", () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: users[name],
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const { securityContext, resources } of all) {
      expect(securityContext).toEqual({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        privileged: false,
        capabilities: { drop: ["ALL"] },
      });
      expect(resources.limits).toHaveProperty("memory");
    }
  });

  test("SVC-16 has its secrets as files, those of no other service, and none as a variable", () => {
    const files = Object.keys(newSecrets()[name]);
    expect(pod.volumes).toEqual([
      {
        name: "secrets",
        secret: {
          secretName: name,
          defaultMode: 0o440,
          items: files.map((file) => ({ key: file, path: file })),
        },
      },
    ]);
    for (const { env, volumeMounts } of all) {
      expect(volumeMounts).toEqual([{ name: "secrets", mountPath: "/run/secrets", readOnly: true }]);
      const secret = env.filter((each) => /PASSWORD|SECRET/.test(each.name));
      expect(secret.length).toBeGreaterThan(0);
      for (const { name: variable, value } of secret)
        expect([variable, value]).toEqual([variable, expect.stringMatching(/^\/run\/secrets\/\w+$/)]);
      expect(env.filter((each) => each.value === undefined)).toEqual([]);
    }
  });

  test("has the variables that it has in Compose", () => {
    const [, text = ""] = new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n)*)`, "m").exec(compose) ?? [];
    const [, environment = ""] = /^ {4}environment:\n((?: {6}.*\n)*)/m.exec(text) ?? [];
    const fixed = [...environment.matchAll(/^ {6}(\w+): "?([^"\n]*)"?$/gm)]
      .map(([, variable, value]) => ({ name: variable, value }))
      .filter(({ value }) => !value?.startsWith("$"));
    expect(fixed.length).toBeGreaterThan(6);
    expect(container.env).toEqual(expect.arrayContaining(fixed));
  });

  test("SVC-01 is reached by what the table names, and reaches its own database alone", () => {
    const { egress, policyTypes } = named("NetworkPolicy", name) as {
      policyTypes: string[];
      egress: { to: { podSelector?: { matchLabels: { app: string } } }[] }[];
    };
    expect(policyTypes).toEqual(["Ingress", "Egress"]);
    const reached = egress.flatMap(({ to }) =>
      to.flatMap(({ podSelector }) => podSelector?.matchLabels.app ?? []),
    );
    const expected = [`${name}-database`, "redis", ...(name === "profile" ? ["login"] : [])];
    expect(reached.toSorted()).toEqual(expected.toSorted());
  });
});
