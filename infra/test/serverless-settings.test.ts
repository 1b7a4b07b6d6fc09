import { describe, expect, test } from "@jest/globals";
import { readServerlessSettings, readStackName } from "../src/settings.ts";

const hash = `${"a".repeat(43)}=`;
const given = {
  API_ZIP: "functions/api.zip",
  API_ZIP_HASH: hash,
  IMAGES_ZIP: "functions/images.zip",
  IMAGES_ZIP_HASH: hash,
};

const faulty = (env: NodeJS.ProcessEnv) => {
  try {
    readServerlessSettings(env);
  } catch (error) {
    return [...(error as Error).message.matchAll(/^ {2}(\w+): ./gm)].map(([, name]) => name);
  }
  return [];
};

test("the stack is ec2 unless it is said, and there is no third", () => {
  expect(readStackName({})).toBe("ec2");
  expect(readStackName({ STACK: "serverless" })).toBe("serverless");
  expect(() => readStackName({ STACK: "lambda" })).toThrow("STACK: use ec2 or serverless");
});

test("what has a default may be left out: protected, and without a domain", () => {
  const archive = { hash };
  expect(readServerlessSettings(given)).toEqual({
    name: "dev",
    region: "us-east-1",
    certificateIssued: false,
    confirmation: "optional",
    archives: {
      api: { path: "functions/api.zip", ...archive },
      images: { path: "functions/images.zip", ...archive },
    },
    protection: true,
    reservedConcurrency: true,
    secretsVersion: 1,
  });
});

test("settings without a default are named when they are missing", () => {
  expect(faulty({})).toEqual(Object.keys(given));
});

describe.each(
  Object.entries({
    API_ZIP: ["/srv/api.zip", "../api.zip/", "api", "${x}.zip", "a b.zip"],
    API_ZIP_HASH: ["abc", hash.slice(1), "g".repeat(64)],
    IMAGE_ORIGIN: ["images.example.org", "https://images.example.org/", "https://a;b", "https://*"],
    PROTECTION: ["off", "1"],
    CERTIFICATE_ISSUED: ["maybe"],
    RESERVED_CONCURRENCY: ["10"],
    SECRETS_VERSION: ["0", "-1", "1.5", "two"],
    CONFIRMATION: ["never"],
    DOMAIN: ["https://tintype.example.org"],
    MAIL_FROM: ["*@example.org"],
  }),
)("%s", (name, values) => {
  test.each(values)("may not be %j", (value) => {
    expect(faulty({ ...given, [name]: value })).toEqual([name]);
  });
});

test("a domain may be taken away", () => {
  expect(readServerlessSettings({ ...given, DOMAIN: "none" }).domain).toBeUndefined();
});
