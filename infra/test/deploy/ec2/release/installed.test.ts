import { expect, test } from "@jest/globals";
import { rollbackSteps } from "../../../../deploy/ec2/release/installed.ts";

const site = { current: "F2", previous: "F1", deploy: "B2 F2" };
const api = { current: "B2", previous: "B1", deploy: "B2 F2" };

test("a rollback puts both hosts back, the site first", () => {
  expect(rollbackSteps({ frontend: site, backend: api })).toEqual([
    { host: "frontend", from: "F2", to: "F1" },
    { host: "backend", from: "B2", to: "B1" },
  ]);
});

test.each([
  ["that the last deploy did not change", { ...api, previous: "B2" }],
  ["that was replaced since", { ...api, previous: "" }],
])("a rollback leaves a host alone %s", (_why, backend) => {
  expect(rollbackSteps({ frontend: site, backend }).map(({ host }) => host)).toEqual(["frontend"]);
});

test("a rollback leaves the site alone where the last deploy ended before it", () => {
  const frontend = { ...site, deploy: "B1 F2" };
  expect(rollbackSteps({ frontend, backend: api }).map(({ host }) => host)).toEqual(["backend"]);
});

test("nothing is put back twice", () => {
  const none = { current: "B1", previous: "", deploy: "" };
  expect(rollbackSteps({ frontend: none, backend: none })).toEqual([]);
});
