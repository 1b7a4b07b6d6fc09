import { expect, test } from "@jest/globals";
import { after } from "../../../src/domain/time.ts";
import { identityCheck } from "../../../src/usecases/operations/identity-check.ts";
import { at, someAccount, someIdentity, somePasskey } from "../../contract/fixtures.ts";

const hourMs = 3_600_000;
const account = someAccount();
const other = someAccount();
const withoutUser = someAccount();
const young = { ...someAccount(), createdAt: after(at, hourMs + 1) };
const ofProvider = someAccount();
const ofPasskey = someAccount();
const stored = [account, other, withoutUser, young, ofProvider, ofPasskey];
const linked = {
  listOfAccount: async (id: string) => (id === ofProvider.id ? [someIdentity(id)] : []),
};
const passkeys = { listOfAccount: async (id: string) => (id === ofPasskey.id ? [somePasskey(id)] : []) };
/** Of an account, without one, of an address that a newer user has, and one that is just signing up. */
const users = [
  { id: "of the account", email: account.email, createdAt: at },
  { id: "of no account", email: "gone@example.org", createdAt: at },
  { id: "of the account before", email: other.email, createdAt: at },
  { id: "asked for a code", email: ofPasskey.email, createdAt: at },
  { id: "signing up", email: "new@example.org", createdAt: after(at, hourMs + 1) },
];

function check(removed: string[]) {
  return identityCheck({
    identities: {
      async *pages() {
        for (const user of users) yield [user];
      },
      isOf: (credential, id) => credential === id,
      remove: async (id) => void removed.push(id),
    },
    accounts: {
      get: async (id) => stored.find((one) => one.id === id),
      getByEmail: async (email) => stored.find((one) => one.email === email),
    },
    async *accountIds() {
      yield [...stored.map(({ id }) => id), "removed since"];
    },
    credentials: {
      get: async (id) =>
        id === ofPasskey.id ? undefined : id === account.id ? "of the account" : "of the account since",
    },
    ...{ linked, passkeys },
    now: () => after(at, 2 * hourMs),
  });
}

test("SLS-11 users without an account are reported, and removed on demand; a young one may still get its account; accounts without a user are reported, unless people sign in to them by a provider or a passkey", async () => {
  const removed: string[] = [];
  const orphaned = ["of no account", "of the account before"];
  const unusable = [other.id, withoutUser.id];
  const report = { checked: 5, orphaned, unusable };
  expect(await check(removed)(false)).toEqual({ ...report, left: [...orphaned, ...unusable] });
  expect(removed).toEqual([]);
  expect(await check(removed)(true)).toEqual({ ...report, left: unusable });
  expect(removed).toEqual([...orphaned, "asked for a code"]); // of a first password
});

test("SLS-11 an account that was made while the check runs is no fault, however long that takes", async () => {
  const made = after(at, hourMs + 1);
  const newcomer = { ...someAccount(), createdAt: made };
  let isLater = false;
  const inspect = identityCheck({
    identities: {
      async *pages() {
        yield [{ id: "of the newcomer", email: newcomer.email, createdAt: made }];
      },
      isOf: (credential, id) => credential === id,
      remove: async () => {},
    },
    accounts: { get: async () => newcomer, getByEmail: async () => newcomer },
    async *accountIds() {
      isLater = true;
      yield [newcomer.id];
    },
    credentials: { get: async () => "of the newcomer" },
    ...{ linked, passkeys },
    now: () => after(at, isLater ? 3 * hourMs : 2 * hourMs),
  });
  expect(await inspect(false)).toEqual({ checked: 1, orphaned: [], unusable: [], left: [] });
});
