import { randomUUID } from "node:crypto";
import { CognitoError, invalidParameter, notAuthorized } from "../answer.ts";
import {
  type Action,
  type Call,
  findUser,
  notHere,
  requireEmailNames,
  requireUser,
  type TokenCall,
} from "../call.ts";
import { beginAttempt, forgetAttempts } from "../lockout.ts";
import { hashPassword, isPassword, requirePolicy } from "../passwords.ts";
import { newUser, type User, removeUser, revokeAll } from "../state.ts";

const byName = { by: "role", category: "UserUpdate", required: ["UserPoolId", "Username"] } as const;

export const userActions = {
  GetUser: {
    by: "token",
    category: "UserRead",
    required: ["AccessToken"],
    run: ({ user }) => ({ Username: user.sub, UserAttributes: attributes(user), ...secondFactor(user) }),
  },
  ChangePassword: {
    by: "token",
    category: "UserAccountRecovery",
    required: ["AccessToken", "ProposedPassword"],
    run: changePassword,
  },
  DeleteUser: {
    by: "token",
    category: "UserUpdate",
    required: ["AccessToken"],
    run: ({ state, user }) => {
      removeUser(state, user);
      return {};
    },
  },
  AdminDeleteUser: {
    ...byName,
    run: (call: Call) => {
      removeUser(call.state, requireUser(call));
      return {};
    },
  },
  AdminCreateUser: {
    by: "role",
    category: "UserCreation",
    required: ["UserPoolId", "Username"],
    run: adminCreateUser,
  },
  AdminSetUserPassword: {
    by: "role",
    category: "UserAccountRecovery",
    required: ["UserPoolId", "Username", "Password"],
    run: adminSetUserPassword,
  },
  AdminGetUser: {
    ...byName,
    category: "UserRead",
    run: (call: Call) => {
      const user = requireUser(call);
      return { ...summary(user), UserAttributes: attributes(user), ...secondFactor(user) };
    },
  },
  AdminDisableUser: {
    ...byName,
    run: (call: Call) => {
      const user = requireUser(call);
      user.enabled = false;
      user.modifiedAt = call.now;
      revokeAll(call.state, user);
      return {};
    },
  },
  AdminEnableUser: {
    ...byName,
    run: (call: Call) => {
      const user = requireUser(call);
      user.enabled = true;
      user.modifiedAt = call.now;
      return {};
    },
  },
  ListUsers: { by: "role", category: "UserList", required: ["UserPoolId"], run: listUsers },
} satisfies Record<string, Action>;

function changePassword({ input, pool, user, now, random }: TokenCall) {
  beginAttempt(user.attempts, now);
  if (!isPassword(user.password, input.PreviousPassword ?? "")) throw notAuthorized();
  forgetAttempts(user.attempts);
  requirePolicy(pool, input.ProposedPassword);
  user.password = hashPassword(input.ProposedPassword, random);
  user.modifiedAt = now;
  return {};
}

/** Until a password is set, the user has a random one, which no answer has: no mail is sent. */
function adminCreateUser(call: Call) {
  const { input, pool, state, random, now } = call;
  requireEmailNames(pool);
  if (input.MessageAction !== "SUPPRESS" || input.TemporaryPassword !== undefined)
    throw notHere("invitations: set MessageAction to SUPPRESS, and no TemporaryPassword");
  if (findUser(call, input.Username) !== undefined)
    throw new CognitoError("UsernameExistsException", "User account already exists");
  const password = hashPassword(random(32).toString("base64"), random);
  const user = newUser(state, { sub: randomUUID(), email: input.Username, password, now });
  user.emailVerified = (input.UserAttributes ?? []).some(
    ({ Name, Value }) => Name === "email_verified" && Value === "true",
  );
  return { User: { ...summary(user), Attributes: attributes(user) } };
}

/** Confirms the user, not the address; sessions go on, as on AWS. */
function adminSetUserPassword(call: Call) {
  const { input, pool, now, random } = call;
  if (input.Permanent !== true) throw notHere("temporary passwords: set Permanent");
  const user = requireUser(call);
  requirePolicy(pool, input.Password);
  user.password = hashPassword(input.Password, random);
  user.confirmed = true;
  user.modifiedAt = now;
  return {};
}

const mostUsers = 60;

/** https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html */
function listUsers({ input, state }: Call) {
  const { Limit = mostUsers, PaginationToken, AttributesToGet, Filter } = input;
  if (!Number.isInteger(Limit) || Limit < 0 || Limit > mostUsers) {
    throw invalidParameter(
      `1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${mostUsers}`,
    );
  }
  const after = PaginationToken === undefined ? 0 : readToken(PaginationToken);
  const matches = filterOf(Filter);
  const rest = [...state.users.values()].filter((user) => user.number > after && matches(user));
  const page = rest.slice(0, Limit || mostUsers);
  const Users = page.map((user) => ({
    ...summary(user),
    Attributes: attributes(user).filter(({ Name }) => AttributesToGet?.includes(Name) ?? true),
  }));
  return { Users, ...(rest.length > page.length && { PaginationToken: tokenAfter(page.at(-1)!) }) };
}

const tokenAfter = ({ number }: User) => Buffer.from(`after ${number}`).toString("base64url");

function readToken(token: string): number {
  const [, number] = /^after (\d+)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (number === undefined) throw invalidParameter("Invalid pagination token.");
  return Number(number);
}

/** `NAME = "VALUE"` or, for the beginning of a value, `NAME ^= "VALUE"`. */
function filterOf(filter = ""): (user: User) => boolean {
  if (filter === "") return () => true;
  const [, name = "", operator, quoted = ""] =
    /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(filter) ?? [];
  const read = searchable[name];
  if (read === undefined) throw invalidParameter("Error while parsing filter.");
  const value = quoted.replace(/\\(.)/g, "$1");
  return (user) => (operator === "=" ? read(user) === value : read(user).startsWith(value));
}

const searchable: Readonly<Record<string, (user: User) => string>> = {
  email: ({ email }) => email,
  sub: ({ sub }) => sub,
  username: ({ sub }) => sub,
  "cognito:user_status": (user) => statusOf(user),
  status: ({ enabled }) => (enabled ? "Enabled" : "Disabled"),
};

const statusOf = ({ confirmed }: User) => (confirmed ? "CONFIRMED" : "UNCONFIRMED");

const attributes = ({ sub, email, emailVerified }: User) => [
  { Name: "sub", Value: sub },
  { Name: "email", Value: email },
  { Name: "email_verified", Value: String(emailVerified) },
];

const summary = (user: User) => ({
  Username: user.sub,
  UserCreateDate: user.createdAt / 1000,
  UserLastModifiedDate: user.modifiedAt / 1000,
  Enabled: user.enabled,
  UserStatus: statusOf(user),
});

const secondFactor = ({ totp }: User) =>
  totp?.wanted
    ? { UserMFASettingList: ["SOFTWARE_TOKEN_MFA"], PreferredMfaSetting: "SOFTWARE_TOKEN_MFA" }
    : {};
