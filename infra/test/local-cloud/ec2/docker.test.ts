import { expect, test } from "@jest/globals";
import { isOnThisMachine } from "../../../local-cloud/ec2/docker.ts";

test.each([
  "unix:///var/run/docker.sock",
  "unix:///home/a/.colima/docker.sock",
  "npipe:////./pipe/docker_engine",
  "tcp://localhost:2375",
  "tcp://127.0.0.1:2376",
])("an engine at %s is on this machine", (endpoint) => {
  expect(isOnThisMachine(endpoint)).toBe(true);
});

test.each(["tcp://10.0.0.5:2376", "ssh://me@host.example", "tcp://localhost.example.org:2376", ""])(
  "an engine at %j is not",
  (endpoint) => {
    expect(isOnThisMachine(endpoint)).toBe(false);
  },
);
