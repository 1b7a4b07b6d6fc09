import { beforeAll, describe, expect, test } from "@jest/globals";
import { controls, exceptions, judge } from "../../src/policy/policy.ts";
import { type Configuration, serverlessStack, synthesizedStack } from "../synthesize.ts";
import { serverlessBreaches } from "./serverless-violations.ts";
import { breaches } from "./violations.ts";

/** Every setting that changes what the stack holds. */
const variants: Record<string, Record<string, string>> = {
  plain: {},
  "with mail": { MAIL_FROM: "hello@example.org" },
  "with everything": {
    MAIL_FROM: "hello@example.org",
    DOMAIN: "example.org",
    OS: "al2023",
    REGION: "eu-central-1",
    INSTANCE_TYPE: "t3.small",
    STATE_BUCKET: "example-state",
  },
};

const serverlessVariants: Record<string, Record<string, string>> = {
  serverless: {},
  "serverless with everything": {
    MAIL_FROM: "hello@example.org",
    DOMAIN: "example.org",
    CERTIFICATE_ISSUED: "yes",
    REGION: "eu-central-1",
    STATE_BUCKET: "example-state",
  },
};
const all = [...Object.keys(variants), ...Object.keys(serverlessVariants)];

let stacks: Record<string, Configuration>;

beforeAll(async () => {
  const made = [
    ...Object.entries(variants).map(async ([what, env]) => [what, await synthesizedStack(env)] as const),
    ...Object.entries(serverlessVariants).map(
      async ([what, env]) => [what, await serverlessStack(env)] as const,
    ),
  ];
  stacks = Object.fromEntries(await Promise.all(made));
}, 180_000);

test.each(all)("DEP-13 the stack breaks no control without a reason: %s", (variant) => {
  expect(judge(stacks[variant]!).findings).toEqual([]);
});

test("DEP-13 every exception is needed, and says why", () => {
  const judgements = Object.values(stacks).map((stack) => judge(stack));
  const unused = exceptions.filter((exception) =>
    judgements.every((found) => found.unused.includes(exception)),
  );
  expect(unused).toEqual([]);
  expect(exceptions.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

test("an exception is for one resource, and one that nothing needs is reported", () => {
  const [first, ...others] = exceptions.filter(
    (exception) => !judge(stacks["plain"]!).unused.includes(exception),
  );
  const elsewhere = { ...first!, resource: `${first!.resource}X` };
  const { findings, unused } = judge(stacks["plain"]!, [elsewhere, ...others]);
  expect(findings).toMatchObject([{ id: first!.id, resource: first!.resource }]);
  expect(unused).toEqual([elsewhere]);
});

test("DEP-13 every control is seen to fail here, and has an id of its own", () => {
  const ids = controls.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids)).toEqual(new Set([...Object.keys(breaches), ...Object.keys(serverlessBreaches)]));
});

describe.each(Object.entries(breaches))("%s notices that", (id, cases) => {
  test.each(cases)("%s", (_what, breach) => {
    const broken = structuredClone(stacks["plain"]!);
    breach(broken);
    expect(judge(broken).findings.map((finding) => finding.id)).toContain(id);
  });
});

describe.each(Object.entries(serverlessBreaches))("%s notices in a serverless stack that", (id, cases) => {
  test.each(cases)("%s", (_what, breach) => {
    const found = (stack: Configuration) => judge(stack).findings.filter((finding) => finding.id === id);
    expect(found(stacks["serverless"]!)).toEqual([]);
    const broken = structuredClone(stacks["serverless"]!);
    breach(broken);
    expect(found(broken)).not.toEqual([]);
  });
});
