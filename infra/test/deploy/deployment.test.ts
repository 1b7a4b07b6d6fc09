import { basename } from "node:path";
import { expect, test } from "@jest/globals";
import { currentDeployment } from "../../deploy/deployment.ts";

const { make } = currentDeployment({ CLOUD: "local", NAME: "blue", DOMAIN: "none", OS: "al2023" });

test("a command is printed with the settings that it needs, without defaults", () => {
  expect(make("deploy")).toBe("make deploy CLOUD=local NAME=blue DOMAIN=none OS=al2023");
  expect(make("status")).toBe("make status CLOUD=local NAME=blue");
});

test("a setting that is to be another takes the place of what it was", () => {
  const changed = make("deploy", { DOMAIN: "tintype.example.org" });
  expect(changed).toBe("make deploy CLOUD=local NAME=blue DOMAIN=tintype.example.org OS=al2023");
});

test("two stacks under one name are kept apart, and folders of ec2 have the names that they had before", () => {
  const of = (given: Record<string, string>) => currentDeployment({ CLOUD: "local", ...given });
  const folders = [
    of({}),
    of({ STACK: "serverless" }),
    of({ NAME: "dev-serverless" }),
    of({ NAME: "serverless" }),
  ].map(({ folder }) => basename(folder));
  expect(folders).toEqual(["local-dev", "local-dev.serverless", "local-dev-serverless", "local-serverless"]);
  expect(of({ STACK: "serverless" }).terraformFolder).toMatch(/\/stack\/stacks\/serverless$/);
  expect(of({ STACK: "serverless" }).make("status")).toBe("make status CLOUD=local STACK=serverless");
});

test("a stack has its own cloud, of the same name", () => {
  const of = (given: Record<string, string>) => currentDeployment(given).cloud;
  expect(of({ CLOUD: "local", STACK: "serverless" }).name).toBe("local");
  expect(of({ CLOUD: "local", STACK: "serverless" })).not.toBe(of({ CLOUD: "local" }));
});
