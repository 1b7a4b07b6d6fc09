import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { awsQuotas } from "../../../../local-cloud/serverless/cognito/quotas.ts";
import {
  type Cognito,
  type PoolIds,
  join,
  makePool,
  password,
  refusalOf,
  signIn,
  startCognito,
  tokensOf,
} from "./harness.ts";

const moto = process.env["MOTO_URL"]!;
const ada = "ada@example.org";
const minute = 60_000;
const hour = 60 * minute;
const ten = Array.from({ length: 10 }, (_, index) => index);

let cognito: Cognito;
let ids: PoolIds;
beforeEach(async () => {
  cognito = await startCognito(moto);
  ids = await makePool(cognito.idp);
});
afterEach(() => cognito.stop());

const signUp = (Username = ada) =>
  cognito.idp.signUp({ ClientId: ids.ClientId, Username, Password: password });
const confirm = (ConfirmationCode: string) =>
  cognito.idp.confirmSignUp({ ClientId: ids.ClientId, Username: ada, ConfirmationCode });
const resend = (Username = ada) => cognito.idp.resendConfirmationCode({ ClientId: ids.ClientId, Username });
const forgot = (Username = ada) => cognito.idp.forgotPassword({ ClientId: ids.ClientId, Username });
const reset = (ConfirmationCode: string, Password: string) =>
  cognito.idp.confirmForgotPassword({ ClientId: ids.ClientId, Username: ada, ConfirmationCode, Password });
const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

describe("a code of confirmation", () => {
  test("goes to the address, which is masked in the answer, and confirms once", async () => {
    const { CodeDeliveryDetails, UserConfirmed } = await signUp();
    expect(CodeDeliveryDetails).toEqual({
      Destination: "a***@e***",
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
    expect(UserConfirmed).toBe(false);
    expect(cognito.mails).toMatchObject([{ to: ada, purpose: "confirm", poolId: ids.UserPoolId }]);
    const code = cognito.code(ada);
    await confirm(code);
    expect(await refusalOf(confirm(code))).toBe("NotAuthorizedException");
    const user = await cognito.idp.adminGetUser({ UserPoolId: ids.UserPoolId, Username: ada });
    expect(user.UserStatus).toBe("CONFIRMED");
    expect(user.UserAttributes).toContainEqual({ Name: "email_verified", Value: "true" });
  });

  test("is good for 24 hours", async () => {
    await signUp();
    const code = cognito.code(ada);
    cognito.pass(24 * hour);
    expect(await refusalOf(confirm(code))).toBe("ExpiredCodeException");
    await resend();
    cognito.pass(24 * hour - 1);
    await confirm(cognito.code(ada));
  });

  test("is void once another was sent", async () => {
    await signUp();
    const first = cognito.code(ada);
    do await resend();
    while (cognito.code(ada) === first);
    expect(await refusalOf(confirm(first))).toBe("CodeMismatchException");
  });

  test("can be tried five times an hour: the right one is refused after that", async () => {
    await signUp();
    const code = cognito.code(ada);
    for (const _ of ten.slice(5))
      expect(await refusalOf(confirm(wrongOf(code)))).toBe("CodeMismatchException");
    expect(await refusalOf(confirm(code))).toBe("LimitExceededException");
    expect(await refusalOf(resend())).toBe("LimitExceededException");
    cognito.pass(hour);
    await confirm(code);
  });

  test("confirms once of ten parallel calls", async () => {
    const generous = await startCognito(moto, { quotas: { codeAttemptsPerHour: 100 } });
    const { ClientId } = await makePool(generous.idp);
    await generous.idp.signUp({ ClientId, Username: ada, Password: password });
    const ConfirmationCode = generous.code(ada);
    const outcomes = await Promise.all(
      ten.map(() => refusalOf(generous.idp.confirmSignUp({ ClientId, Username: ada, ConfirmationCode }))),
    );
    await generous.stop();
    expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(1);
  });
});

describe("signing up", () => {
  test("ten parallel calls with one address make one user", async () => {
    const outcomes = await Promise.all(
      ten.map((index) => refusalOf(signUp(index % 2 === 0 ? ada : ada.toUpperCase()))),
    );
    expect(outcomes.toSorted()).toEqual([...ten.slice(1).map(() => "UsernameExistsException"), "none"]);
    const { Users } = await cognito.idp.listUsers({ UserPoolId: ids.UserPoolId });
    expect(Users).toHaveLength(1);
  });

  test("is refused if only operators may create users", async () => {
    await cognito.idp.updateUserPool({
      UserPoolId: ids.UserPoolId,
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
    expect(await refusalOf(signUp())).toBe("NotAuthorizedException");
  });

  test("asks for the classes of characters of the pool as it is now", async () => {
    const all = {
      RequireLowercase: true,
      RequireUppercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
    };
    const { idp } = cognito;
    const strict = await makePool(idp, { Policies: { PasswordPolicy: { MinimumLength: 8, ...all } } });
    const tried = ["Sh0rt!", "no upper 1", "NO LOWER 1!", "No digits!", "NoSymbol1", "All of 4!"];
    const messages = [];
    for (const Password of tried) {
      messages.push(
        await idp.signUp({ ...{ ClientId: strict.ClientId, Username: ada }, Password }).then(
          () => "taken",
          ({ message }) => message.split(": ")[1],
        ),
      );
    }
    expect(messages).toEqual([
      "Password not long enough",
      "Password must have uppercase characters",
      "Password must have lowercase characters",
      "Password must have numeric characters",
      "Password must have symbol characters",
      "taken",
    ]);
  });
});

describe("mails", () => {
  test("SLS-13 the 51st mail of a day is refused; the user stays and can ask again the next day", async () => {
    expect(awsQuotas.mailsPerDay).toBe(50);
    const small = await startCognito(moto, { quotas: { mailsPerDay: 2 } });
    const { ClientId } = await makePool(small.idp);
    const person = (Username: string) => small.idp.signUp({ ClientId, Username, Password: password });
    await person("bea@example.org");
    await person("cyd@example.org");
    expect(await refusalOf(person(ada))).toBe("LimitExceededException");
    expect(await refusalOf(person(ada))).toBe("UsernameExistsException");
    small.pass(24 * hour);
    await small.idp.resendConfirmationCode({ ClientId, Username: ada });
    const ConfirmationCode = small.code(ada);
    await small.idp.confirmSignUp({ ClientId, Username: ada, ConfirmationCode });
    await small.stop();
  });

  test("SLS-13 a mail that cannot be delivered is a failure of the call; the user stays", async () => {
    let isSandbox = true;
    const mails: string[] = [];
    const sandbox = await startCognito(moto, {
      mail: async ({ text }) => {
        if (isSandbox) throw new Error("Email address is not verified.");
        mails.push(text);
      },
    });
    const { ClientId } = await makePool(sandbox.idp);
    const person = { ClientId, Username: ada };
    const failure = "CodeDeliveryFailureException";
    expect(await refusalOf(sandbox.idp.signUp({ ...person, Password: password }))).toBe(failure);
    expect(await refusalOf(sandbox.idp.resendConfirmationCode(person))).toBe(failure);
    isSandbox = false;
    await sandbox.idp.resendConfirmationCode(person);
    const [code = ""] = /\d{6}/.exec(mails[0]!) ?? [];
    await sandbox.idp.confirmSignUp({ ...person, ConfirmationCode: code });
    await sandbox.stop();
  });

  test("an SES identity of the operator's has no daily quota, and is the sender", async () => {
    const from = "Tintype <mail@example.org>";
    const own = await startCognito(moto, { quotas: { mailsPerDay: 0 } });
    const { ClientId } = await makePool(own.idp, {
      EmailConfiguration: { EmailSendingAccount: "DEVELOPER", From: from, SourceArn: "arn:aws:ses:x" },
    });
    await own.idp.signUp({ ClientId, Username: ada, Password: password });
    expect(own.mails).toMatchObject([{ from }]);
    await own.stop();
  });
});

describe("resetting a password", () => {
  const next = "another long password";
  beforeEach(() => join(cognito, ids, ada));

  test("sets the new password once, and leaves sign-ins alone", async () => {
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    await forgot();
    const code = cognito.code(ada);
    expect(await refusalOf(reset(wrongOf(code), next))).toBe("CodeMismatchException");
    expect(await refusalOf(reset(code, "short"))).toBe("InvalidPasswordException");
    await reset(code, next);
    expect(await refusalOf(reset(code, next))).toBe("ExpiredCodeException");
    expect(await refusalOf(signIn(cognito, ids, ada))).toBe("NotAuthorizedException");
    await signIn(cognito, ids, ada, next);
    await cognito.idp.getUser({ AccessToken });
  });

  test("takes a code for an hour", async () => {
    await forgot();
    cognito.pass(hour);
    expect(await refusalOf(reset(cognito.code(ada), next))).toBe("ExpiredCodeException");
    await forgot();
    cognito.pass(hour - 1);
    await reset(cognito.code(ada), next);
  });

  test("takes one of ten parallel calls with the code", async () => {
    const { idp, code, stop, ...rest } = await startCognito(moto, { quotas: { codeAttemptsPerHour: 100 } });
    const mine = await makePool(idp);
    await join({ idp, code, stop, ...rest }, mine, ada);
    const person = { ClientId: mine.ClientId, Username: ada };
    await idp.forgotPassword(person);
    const ConfirmationCode = code(ada);
    const outcomes = await Promise.all(
      ten.map((index) =>
        refusalOf(idp.confirmForgotPassword({ ...person, ConfirmationCode, Password: `${next} ${index}` })),
      ),
    );
    await stop();
    expect(outcomes.toSorted()).toEqual([...ten.slice(1).map(() => "ExpiredCodeException"), "none"]);
  });

  test.each(["ada@example.org", "no-one@example.org"])(
    "SLS-10 is limited to five requests and tries an hour, with or without a user: %s",
    async (name) => {
      for (const _ of ten.slice(5)) expect(await refusalOf(forgot(name))).toBe("none");
      for (const _ of ten.slice(3)) expect(await refusalOf(forgot(name))).toBe("LimitExceededException");
      cognito.pass(hour);
      expect(await refusalOf(forgot(name))).toBe("none");
    },
  );

  test("is refused if operators alone may do it", async () => {
    const { ClientId } = await makePool(cognito.idp, {
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "admin_only", Priority: 1 }] },
    });
    const call = cognito.idp.forgotPassword({ ClientId, Username: ada });
    expect(await refusalOf(call)).toBe("NotAuthorizedException");
  });

  test("tells whether there is a user only if the client says so", async () => {
    await cognito.idp.updateUserPoolClient({ ...ids, PreventUserExistenceErrors: "LEGACY" });
    const outcomes = [
      await refusalOf(forgot("no-one@example.org")),
      await refusalOf(resend("no-one@example.org")),
      await refusalOf(resend(ada)),
    ];
    const notFound = "UserNotFoundException";
    expect(outcomes).toEqual([notFound, notFound, "InvalidParameterException"]);
  });
});
