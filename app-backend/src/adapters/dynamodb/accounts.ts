import type { Account, Profile } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Accounts } from "../../ports/accounts.ts";
import { accountsOf, dynamodbFeeds, placeOf, removedAccounts } from "./feeds.ts";
import { flag, type Item, number, text, textOrNull, time } from "./items.ts";
import { accountKey, addressKey } from "./keys.ts";
import { isOwn as isOwnIdentity, staleOwner, writesOf } from "./identity-items.ts";
import type { Dynamodb } from "./requests.ts";

/** From an object, so that the compiler misses a field that is not in it. */
const profileFields = Object.keys({
  username: true,
  firstName: true,
  lastName: true,
} satisfies Record<keyof Profile, true>) as (keyof Profile)[];
const exists = "attribute_exists(#pk) AND attribute_not_exists(#removedAt)";

/** An account that is not removed, or undefined. */
export async function getAccount(db: Dynamodb, id: string): Promise<Account | undefined> {
  const item = await db.get(accountKey(id));
  return item && !isRemoved(item) ? accountOf(item) : undefined;
}

export function dynamodbAccounts(db: Dynamodb): Accounts {
  const feeds = dynamodbFeeds(db);

  const get = (id: string) => getAccount(db, id);

  return {
    get,

    async getByEmail(email) {
      const address = await db.get(addressKey(email));
      return address && get(text(address, "accountId"));
    },

    async add(account, credential) {
      const { id, email, createdAt } = account;
      const feed = accountsOf(createdAt);
      await feeds.register(feed);
      const condition = "attribute_not_exists(#pk)";
      const item = { ...account, credential: credential || null, images: 0, imageBytes: 0 };
      const address = { accountId: id, feed, feedAt: placeOf(createdAt, id) };
      const refused = await db.transact([
        { put: addressKey(email), item: address, condition },
        { put: accountKey(id), item, condition },
      ]);
      if (!refused) return;
      const [ofAddress] = refused;
      if (!ofAddress) throw new Error("account exists already");
      const isOwn = ofAddress.item?.["accountId"]?.S === id;
      if (!(isOwn && ofAddress.isRepeated)) throw new AppError("email_taken", "address is taken");
    },

    async addWithIdentity(account, identity) {
      const { id, email, createdAt } = account;
      const feed = accountsOf(createdAt);
      await feeds.register(feed);
      const condition = "attribute_not_exists(#pk)";
      const item = { ...account, credential: null, images: 0, imageBytes: 0, identities: 1 };
      const address = { accountId: id, feed, feedAt: placeOf(createdAt, id) };
      const refused = await db.transact([
        { put: addressKey(email), item: address, condition },
        { put: accountKey(id), item, condition },
        ...writesOf(identity, await staleOwner(db, identity)),
      ]);
      if (!refused) return;
      const [ofAddress, , , ofSubject] = refused;
      if (ofSubject?.isRepeated && isOwnIdentity(ofSubject.item, identity)) return;
      if (ofAddress) throw new AppError("email_taken", "address is taken");
      throw new AppError("identity_taken", "identity is linked already");
    },

    async replaceProfile(id, profile) {
      const named = profileFields.filter((field) => profile[field] !== undefined);
      const set = Object.fromEntries(named.map((field) => [field, profile[field]]));
      if (Object.keys(set).length === 0) return;
      await db.write({ update: accountKey(id), set, condition: exists });
    },

    async replacePicture(id, from, to) {
      const condition = "#pictureKey = :from";
      const change = { set: { pictureKey: to }, condition, values: { from } };
      const refused = await db.write({ update: accountKey(id), ...change });
      // The key is new with each call: if it is there, this call has stored it.
      return !refused || (refused.isRepeated && refused.item?.["pictureKey"]?.S === to);
    },

    async confirm(id) {
      await db.write({ update: accountKey(id), set: { confirmed: true }, condition: exists });
    },

    async markRemoved(id, at) {
      for (;;) {
        const account = await db.get(accountKey(id));
        if (!account || isRemoved(account)) return;
        const [images, imageBytes] = [number(account, "images"), number(account, "imageBytes")];
        // Its images are found by an index, which may be late: their number shows when all are found.
        const kept = { id, credential: textOrNull(account, "credential"), images, imageBytes };
        const item = { ...kept, removedAt: at, feed: removedAccounts, feedAt: id };
        const unchanged = { condition: `${exists} AND #images = :images`, values: { images } };
        const ofAddress = { condition: "attribute_not_exists(#pk) OR #accountId = :id", values: { id } };
        const refused = await db.transact([
          { put: accountKey(id), item, ...unchanged },
          { delete: addressKey(text(account, "email")), ...ofAddress },
        ]);
        if (!refused) return;
        if (!refused[0]) throw new Error("the address of the account belongs to another");
        // An image was added or removed since: again.
      }
    },

    async listRemoved(after, limit) {
      const where = `#feed = :feed${after ? " AND #feedAt > :after" : ""}`;
      const values = { feed: removedAccounts, after: after || null };
      for await (const page of db.query({ table: "records", index: "feed", where, values, limit }))
        return page.map((item) => text(item, "id"));
      return [];
    },

    async remove(id) {
      await db.write({ delete: accountKey(id), condition: "attribute_exists(#removedAt)" });
    },
  };
}

/** Whether an account is marked as removed: for most callers it is gone. */
export function isRemoved(account: Item): boolean {
  return account["removedAt"] !== undefined;
}

function accountOf(item: Item): Account {
  return {
    id: text(item, "id"),
    email: text(item, "email"),
    credentialVersion: number(item, "credentialVersion"),
    pictureKey: text(item, "pictureKey"),
    username: textOrNull(item, "username"),
    firstName: textOrNull(item, "firstName"),
    lastName: textOrNull(item, "lastName"),
    confirmed: flag(item, "confirmed"),
    createdAt: time(item, "createdAt"),
  };
}
