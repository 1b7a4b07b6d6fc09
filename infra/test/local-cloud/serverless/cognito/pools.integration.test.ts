import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { awsQuotas } from "../../../../local-cloud/serverless/cognito/quotas.ts";
import { faultsPath } from "../../../../local-cloud/serverless/cognito/user-plane.ts";
import {
  type Cognito,
  type PoolIds,
  join,
  makePool,
  password,
  poolSettings,
  refusalOf,
  signIn,
  startCognito,
  tokensOf,
} from "./harness.ts";

const moto = process.env["MOTO_URL"]!;
const ada = "ada@example.org";

let cognito: Cognito;
let ids: PoolIds;
beforeEach(async () => {
  cognito = await startCognito(moto);
  ids = await makePool(cognito.idp);
});
afterEach(() => cognito.stop());

const target = (action: string) => ({
  "content-type": "application/x-amz-json-1.1",
  "x-amz-target": `AWSCognitoIdentityProviderService.${action}`,
});
const raw = (action: string, body: string, headers: Record<string, string> = {}) =>
  fetch(cognito.url, { method: "POST", headers: { ...target(action), ...headers }, body });

describe("a pool", () => {
  test("that is deleted takes users, tokens and keys with it", async () => {
    await join(cognito, ids, ada);
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    const keys = () => fetch(`${cognito.url}/${ids.UserPoolId}/.well-known/jwks.json`);
    expect((await keys()).status).toBe(200);
    await cognito.idp.deleteUserPool({ UserPoolId: ids.UserPoolId });
    expect((await keys()).status).toBe(404);
    expect(await refusalOf(cognito.idp.getUser({ AccessToken }))).toBe("NotAuthorizedException");
    expect(await refusalOf(signIn(cognito, ids, ada))).toBe("ResourceNotFoundException");
  });

  test("SLS-14 made again has other keys and no users, and refuses the former one's tokens", async () => {
    await join(cognito, ids, ada);
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    const keyOf = async ({ UserPoolId }: PoolIds) =>
      (await fetch(`${cognito.url}/${UserPoolId}/.well-known/jwks.json`)).text();
    const former = await keyOf(ids);
    await cognito.idp.deleteUserPool({ UserPoolId: ids.UserPoolId });
    ids = await makePool(cognito.idp);
    expect(await keyOf(ids)).not.toBe(former);
    expect((await cognito.idp.listUsers({ UserPoolId: ids.UserPoolId })).Users).toEqual([]);
    expect(await refusalOf(cognito.idp.getUser({ AccessToken }))).toBe("NotAuthorizedException");
  });

  test("with deletion protection is not deleted until it is off", async () => {
    const { UserPoolId } = await makePool(cognito.idp, { DeletionProtection: "ACTIVE" });
    const remove = () => refusalOf(cognito.idp.deleteUserPool({ UserPoolId }));
    expect(await remove()).toBe("InvalidParameterException");
    await cognito.idp.updateUserPool({ ...poolSettings, UserPoolId, DeletionProtection: "INACTIVE" });
    expect(await remove()).toBe("none");
  });

  test("whose user name is no address, and a client with a secret, are refused", async () => {
    const names = await makePool(cognito.idp, { UsernameAttributes: undefined });
    const secret = await makePool(cognito.idp, {}, { GenerateSecret: true });
    for (const [{ ClientId }, expected] of [
      [names, "InvalidParameterException"],
      [secret, "NotAuthorizedException"],
    ] as const) {
      const call = cognito.idp.signUp({ ClientId, Username: ada, Password: password });
      expect(await refusalOf(call)).toBe(expected);
    }
  });

  test("lists users in pages, and finds them by address, sub and status", async () => {
    const subs = [];
    for (const name of ["ada", "ben", "cyd", "dan", "eve"]) {
      subs.push(await join(cognito, ids, `${name}@example.org`));
    }
    const { UserPoolId } = ids;
    const pages = [];
    let PaginationToken: string | undefined;
    do {
      const page = await cognito.idp.listUsers({ UserPoolId, Limit: 2, PaginationToken });
      pages.push(page.Users!.map(({ Username }) => Username));
      PaginationToken = page.PaginationToken;
      // Between two pages a user goes who was listed.
      if (pages.length === 1) await cognito.idp.adminDeleteUser({ UserPoolId, Username: subs[0]! });
    } while (PaginationToken !== undefined);
    expect(pages).toEqual([subs.slice(0, 2), subs.slice(2, 4), subs.slice(4)]);
    const found = async (Filter: string) =>
      (await cognito.idp.listUsers({ UserPoolId, Filter })).Users!.map(({ Username }) => Username);
    expect(await found('email = "cyd@example.org"')).toEqual([subs[2]]);
    expect(await found('email ^= "da"')).toEqual([subs[3]]);
    expect(await found(`sub = "${subs[4]}"`)).toEqual([subs[4]]);
    expect(await found('cognito:user_status = "UNCONFIRMED"')).toEqual([]);
    expect(await found('status = "Enabled"')).toEqual(subs.slice(1));
  });
});

describe("the wire", () => {
  test("refusals are in AWS's form", async () => {
    const answer = await raw("GetUser", JSON.stringify({ AccessToken: "x" }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/x-amz-json-1.1");
    expect(answer.headers.get("x-amzn-errortype")).toBe("NotAuthorizedException:");
    expect(await answer.json()).toEqual({
      __type: "NotAuthorizedException",
      message: "Invalid Access Token",
    });
  });

  test.each([
    ["AdminGetUser", '{"UserPoolId":"us-east-1_x","Username":"a"}', "MissingAuthenticationTokenException"],
    ["GetUser", "{", "SerializationException"],
    ["GetUser", '{"AccessToken":5}', "SerializationException"],
    ["GetUser", "{}", "InvalidParameterException"],
    ["AdminListGroupsForUser", "{}", "UnknownOperationException"],
    ["AdminConfirmSignUp", "{}", "UnknownOperationException"],
    ["toString", "{}", "UnknownOperationException"],
  ])("%s with %s, unsigned, is refused: %s", async (action, body, expected) => {
    expect(await (await raw(action, body)).json()).toMatchObject({ __type: expected });
  });

  test("a password stands in no answer", async () => {
    const secret = "a rather long secret";
    await join(cognito, ids, ada);
    const bodies = [
      ["SignUp", { ClientId: ids.ClientId, Username: "bea@example.org", Password: secret }],
      ["SignUp", { ClientId: ids.ClientId, Username: "bea@example.org", Password: ` ${secret}` }],
      ["SignUp", { ClientId: ids.ClientId, Username: "bea@example.org", Password: secret.repeat(20) }],
      [
        "ConfirmForgotPassword",
        { ClientId: ids.ClientId, Username: ada, ConfirmationCode: "1", Password: secret },
      ],
    ] as const;
    for (const [action, body] of bodies) {
      expect(await (await raw(action, JSON.stringify(body))).text()).not.toContain(secret);
    }
  });
});

describe("quotas and faults", () => {
  test("SLS-12 calls past the rate of a second are throttled, by group", async () => {
    const callsPerSecond = { ...awsQuotas.callsPerSecond, UserList: 2 };
    const slow = await startCognito(moto, { quotas: { callsPerSecond } });
    const pool = await makePool(slow.idp);
    const list = () => refusalOf(slow.idp.listUsers({ UserPoolId: pool.UserPoolId }));
    const throttled = "TooManyRequestsException";
    expect([await list(), await list(), await list()]).toEqual(["none", "none", throttled]);
    await slow.idp.signUp({ ClientId: pool.ClientId, Username: ada, Password: password });
    slow.pass(1000);
    expect(await list()).toBe("none");
    await slow.stop();
  });

  const put = (faults: object[], headers: Record<string, string>) =>
    fetch(cognito.url + faultsPath, { method: "PUT", headers, body: JSON.stringify(faults) });
  const operator = { authorization: "operator" };

  test("SLS-12 a test injects refusals and silence by HTTP, and takes them back", async () => {
    await join(cognito, ids, ada);
    const outcome = () => refusalOf(signIn(cognito, ids, ada));
    await put([{ action: "AdminInitiateAuth", error: "TooManyRequestsException", times: 2 }], operator);
    expect([await outcome(), await outcome(), await outcome()]).toEqual([
      "TooManyRequestsException",
      "TooManyRequestsException",
      "none",
    ]);
    await put([{ action: "*", error: "InternalErrorException" }], operator);
    expect(await outcome()).toBe("InternalErrorException");
    await put([{ action: "*", silent: true }], operator);
    let isAnswered = false;
    const waiting = outcome().finally(() => (isAnswered = true));
    await put([{ action: "ListUsers", silent: true }], { ...operator, "x-role": "api" });
    expect(isAnswered).toBe(false);
    await put([], operator);
    expect(await waiting).not.toBe("none");
    expect(await outcome()).toBe("none");
  });

  test("faults are set by the operator alone", async () => {
    const faults = [{ action: "*", error: "InternalErrorException" }];
    for (const headers of [{}, { ...operator, "x-role": "api" }]) {
      expect((await put(faults, headers)).status).toBe(403);
    }
    await cognito.idp.listUsers({ UserPoolId: ids.UserPoolId });
  });
});
