import { expect, test } from "@jest/globals";
import { reportIn } from "../../../../deploy/ec2/hosts/systemd-job.ts";

const report = { integrity: { left: ["images/a}", "images/b"], orphaned: [{ key: "images/c" }] } };
const text = JSON.stringify(report);

test.each([[text], [text.slice(0, 24), text.slice(24, 28), text.slice(28)]])(
  "a report is read, in however many lines the journal kept it: %#",
  (...lines) => {
    expect(reportIn(["Started.", ...lines, "Finished."], "integrity")).toEqual(report);
  },
);

test("one that is not whole is none", () => {
  expect(reportIn([text.slice(0, -2), "Finished."], "integrity")).toBeUndefined();
  expect(reportIn(["Started."], "integrity")).toBeUndefined();
});
