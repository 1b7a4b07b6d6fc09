import { describe, expect, test } from "@jest/globals";
import { parseSettings, personsSettings, readSettings } from "../src/settings.ts";

const given = { OPERATOR_CIDR: "203.0.113.7/32", OPERATOR_PUBLIC_KEY: "ssh-ed25519 AAAAC3Nza operator" };

function message(env: NodeJS.ProcessEnv): string {
  try {
    readSettings(env);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const faulty = (env: NodeJS.ProcessEnv) =>
  [...message(env).matchAll(/^ {2}(\w+): ./gm)].map(([, name]) => name);

test("what has a default may be left out", () => {
  expect(readSettings(given)).toEqual({
    name: "dev",
    region: "us-east-1",
    os: "al2",
    instanceType: "t3.micro",
    operatorCidr: "203.0.113.7/32",
    operatorPublicKey: "ssh-ed25519 AAAAC3Nza operator",
  });
});

test("an empty value is a value that is left out", () => {
  expect(readSettings({ ...given, NAME: "", REGION: "", OS: "", INSTANCE_TYPE: "" })).toEqual(
    readSettings(given),
  );
});

test("what is given is kept", () => {
  const chosen = { NAME: "stage-2", REGION: "eu-central-1", OS: "al2023", INSTANCE_TYPE: "m7i-flex.large" };
  expect(readSettings({ ...given, ...chosen })).toMatchObject({
    name: "stage-2",
    region: "eu-central-1",
    os: "al2023",
    instanceType: "m7i-flex.large",
  });
});

test("every fault is named in one message", () => {
  const wrong = {
    NAME: "No Name",
    REGION: "Frankfurt",
    OS: "windows",
    INSTANCE_TYPE: "big",
    OPERATOR_CIDR: "0.0.0.0/0",
    OPERATOR_PUBLIC_KEY: "-----BEGIN OPENSSH PRIVATE KEY-----",
  };
  expect(faulty(wrong)).toEqual(Object.keys(wrong));
});

test("settings without a default are named when they are missing", () => {
  expect(faulty({})).toEqual(["OPERATOR_CIDR", "OPERATOR_PUBLIC_KEY"]);
});

test("a message does not repeat the value that it refuses", () => {
  expect(message({ ...given, OPERATOR_PUBLIC_KEY: "not-for-the-log" })).not.toContain("not-for-the-log");
});

describe("a name", () => {
  test.each(["d", "dev", "a-2", "abcdefghijklmnopqrst"])("may be %s", (NAME) => {
    expect(readSettings({ ...given, NAME }).name).toBe(NAME);
  });

  test.each(["Dev", "2dev", "-dev", "my_dev", "a.b", "../x", "abcdefghijklmnopqrstu", "dev\n"])(
    "may not be %j",
    (NAME) => {
      expect(faulty({ ...given, NAME })).toEqual(["NAME"]);
    },
  );
});

describe("an instance type", () => {
  test.each(["t3.micro", "g5.xlarge", "gr6.4xlarge", "m7i-flex.large", "u-6tb1.56xlarge", "g6e.xlarge"])(
    "may be %s",
    (INSTANCE_TYPE) => {
      expect(readSettings({ ...given, INSTANCE_TYPE }).instanceType).toBe(INSTANCE_TYPE);
    },
  );

  test.each([
    "t4g.micro",
    "a1.large",
    "c7gn.medium",
    "im4gn.large",
    "x2gd.metal",
    "hpc7g.4xlarge",
    "i8ge.large",
  ])("may not be %s, which is Arm", (INSTANCE_TYPE) => {
    expect(message({ ...given, INSTANCE_TYPE })).toContain("INSTANCE_TYPE: use an x86-64 type");
  });
});

describe("the operator's range", () => {
  test.each(["0.0.0.0/0", "203.0.113.7", "203.0.113.7/33", "::/0", "anywhere"])("may not be %s", (range) => {
    expect(faulty({ ...given, OPERATOR_CIDR: range })).toEqual(["OPERATOR_CIDR"]);
  });
});

describe("the sender of mail", () => {
  test.each(["hello@example.org", "no-reply.1+x@mail.example.co.uk"])("may be %s", (MAIL_FROM) => {
    expect(readSettings({ ...given, MAIL_FROM }).mailFrom).toBe(MAIL_FROM);
  });

  test("may be left out", () => {
    expect(readSettings({ ...given, MAIL_FROM: "" }).mailFrom).toBeUndefined();
  });

  test.each([
    "example.org",
    "Tintype <hello@example.org>",
    "hello@example",
    "*@example.org",
    "${x}@example.org",
    "'hello'@example.org",
    "a@example.org,b@example.org",
    "hello@example.org\nBUCKET=mine",
  ])("may not be %j", (MAIL_FROM) => {
    expect(faulty({ ...given, MAIL_FROM })).toEqual(["MAIL_FROM"]);
  });
});

describe("the site's name", () => {
  test.each(["tintype.example.org", "a.b", "xn--bcher-kva.example", "1-2.example.co.uk"])(
    "may be %s",
    (DOMAIN) => {
      expect(readSettings({ ...given, DOMAIN }).domain).toBe(DOMAIN);
    },
  );

  test.each(["", "none"])("may be taken away by %j", (DOMAIN) => {
    expect(readSettings({ ...given, DOMAIN }).domain).toBeUndefined();
  });

  test.each([
    "Tintype.example.org",
    "https://tintype.example.org",
    "tintype.example.org/",
    "tintype.example.org:443",
    "tintype.example.org.",
    "tintype",
    "192.0.2.1",
    "*.example.org",
    "-a.example.org",
    "a..org",
    "a.example.org\nLEGO=/tmp/x",
    "$(id).example.org",
    `${"a".repeat(60)}.example.org`,
    "ec2-192-0-2-1.compute-1.amazonaws.com",
  ])("may not be %j", (DOMAIN) => {
    expect(faulty({ ...given, DOMAIN })).toEqual(["DOMAIN"]);
  });
});

describe("what a person sets", () => {
  const set = (env: NodeJS.ProcessEnv) => parseSettings(personsSettings, env);

  test("leaves the confirmation of addresses optional, unless it says otherwise", () => {
    expect(set({}).CONFIRMATION).toBe("optional");
    expect(set({ CONFIRMATION: "required" }).CONFIRMATION).toBe("required");
  });

  test.each(["on", "off", "http://localhost:3000", "https://notes.example.org"])(
    "FAC-01 may let the notestamp client in: %s",
    (NOTESTAMP) => expect(set({ NOTESTAMP }).NOTESTAMP).toBe(NOTESTAMP),
  );

  test.each([
    "yes",
    "http://localhost:3000/",
    "localhost:3000",
    "*",
    "null",
    'http://a";',
    "http://a b",
    "http://A",
  ])("FAC-01 may not let it in from %j", (NOTESTAMP) =>
    expect(() => set({ NOTESTAMP })).toThrow("NOTESTAMP: use on, off or the origin"),
  );

  test.each([
    "google,https://accounts.google.com,12-ab.apps.googleusercontent.com",
    "a,https://a.example/b~c/,x:y a-2,http://localhost:9000,z,trusts-factor",
    "passkey-2,https://a.example,1",
  ])("IDP-15 may let people sign in by providers: %s", (PROVIDERS) =>
    expect(set({ PROVIDERS }).PROVIDERS).toBe(PROVIDERS),
  );

  test.each([
    "google",
    "google,accounts.google.com,1",
    "google,https://accounts.google.com,",
    "google,https://accounts.google.com,a b",
    'google,https://accounts.google.com,a"',
    "google,https://accounts.google.com,a\nB=c",
    "google,https://accounts.google.com,a$b",
    "google,https://accounts.google.com,a,trusts",
    "google,https://a@b.example,a",
    "google,https://a.example,1 passkey,https://b.example,1",
    "callback,https://a.example,1",
    "__proto__,https://a.example,1",
  ])("IDP-15 may not by %j", (PROVIDERS) =>
    expect(() => set({ PROVIDERS })).toThrow("PROVIDERS: use ID,ISSUER,CLIENT-ID"),
  );

  test("FAC-01 leaves it out unless it says otherwise", () => {
    expect(set({}).NOTESTAMP).toBe("off");
  });

  test("signs access tokens by a secret, unless others are to verify them", () => {
    expect(set({}).ACCESS_TOKENS).toBe("hs256");
    expect(set({ ACCESS_TOKENS: "es256" }).ACCESS_TOKENS).toBe("es256");
    expect(() => set({ ACCESS_TOKENS: "rs256" })).toThrow("ACCESS_TOKENS: use hs256 or es256");
  });

  test("knows no third kind of confirmation", () => {
    expect(() => set({ CONFIRMATION: "never" })).toThrow("CONFIRMATION: use optional or required");
  });
});
