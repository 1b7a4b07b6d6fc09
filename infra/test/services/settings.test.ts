import { expect, test } from "@jest/globals";
import { servicesSettings } from "../../services/settings.ts";

test("without settings the proxy listens on this machine alone, and revocations are required", () => {
  expect(servicesSettings({ PATH: "/bin" })).toEqual({
    port: undefined,
    listen: "127.0.0.1",
    revocations: "required",
    images: {},
  });
});

test("what is given is kept", () => {
  const given = {
    LOCAL_PORT: "8081",
    LISTEN: "0.0.0.0",
    REVOCATIONS: "best-effort",
    DATABASE_IMAGE: "registry.example.org:5000/mysql:8.4@sha256:00ff",
  };
  expect(servicesSettings(given)).toEqual({
    port: 8081,
    listen: "0.0.0.0",
    revocations: "best-effort",
    images: { DATABASE_IMAGE: given.DATABASE_IMAGE },
  });
});

test("every fault is named in one message", () => {
  const wrong = {
    LOCAL_PORT: "70000",
    LISTEN: "everywhere",
    REVOCATIONS: "no",
    NODE_IMAGE: "a b\nLISTEN=0.0.0.0",
  };
  const message = (() => {
    try {
      return JSON.stringify(servicesSettings(wrong));
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect([...message.matchAll(/^(\w+): /gm)].map(([, name]) => name)).toEqual(Object.keys(wrong));
});
