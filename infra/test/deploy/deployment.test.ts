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
