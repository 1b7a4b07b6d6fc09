import { expect, test } from "@jest/globals";
import { keepPort, keptPort } from "../../../deploy/clouds/local-port.ts";
import { forgetPlace } from "../../../deploy/record/checks.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

test("the port of the last deploy is kept until the deployment is gone", () => {
  const blue = scratchDeployment();
  expect(keptPort(blue.folder)).toBeUndefined();
  keepPort(blue.folder, 8690);
  expect(keptPort(blue.folder)).toBe(8690);
  keepPort(blue.folder, 8691);
  expect(keptPort(blue.folder)).toBe(8691);
  forgetPlace(blue);
  expect(keptPort(blue.folder)).toBeUndefined();
});
