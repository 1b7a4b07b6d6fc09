import { randomUUID } from "node:crypto";
import { account } from "../../emulator/rights.ts";
import type { Answer, Call } from "./call.ts";
import { namespace, noContent, requireMatch, xml } from "./cloudfront-answers.ts";
import { ApiError } from "./refusal.ts";
import { child, elements } from "./xml.ts";

interface Store {
  readonly name: string;
  readonly id: string;
  comment: string;
  etag: string;
  modified: string;
}

export interface KeyValueStoresProps {
  readonly at: () => string;
  readonly newTag: () => string;
  readonly isUsed: (arn: string) => boolean;
}

const arnOf = ({ id }: Store) => `arn:aws:cloudfront::${account}:key-value-store/${id}`;

/** Key value stores as resources. Their keys are another service's, which takes signatures of version 4A alone. */
export function cloudfrontKeyValueStores({ at, newTag, isUsed }: KeyValueStoresProps) {
  const stores = new Map<string, Store>();

  function create(call: Call): Answer {
    const sent = elements(call.body.toString())[0]?.inner ?? "";
    const name = child(sent, "Name") ?? "";
    if (!/^[\w-]{1,64}$/.test(name)) throw new ApiError("InvalidArgument", "The name is not valid.");
    if (stores.has(name))
      throw new ApiError("EntityAlreadyExists", "The key value store already exists.", 409);
    const comment = child(sent, "Comment") ?? "";
    const made = { name, id: randomUUID(), comment, etag: newTag(), modified: at() };
    stores.set(name, made);
    const location = `https://cloudfront.amazonaws.com${call.rawPath}/${name}`;
    return xml(201, describe(made), { etag: made.etag, location });
  }

  function answer(call: Call): Answer {
    const [, , , name = ""] = call.path.split("/");
    if (name === "") return call.method === "POST" ? create(call) : list();
    const found = stores.get(name);
    if (found === undefined) throw new ApiError("EntityNotFound", "The key value store was not found.", 404);
    if (call.method === "GET") return xml(200, describe(found), { etag: found.etag });
    requireMatch(call, found.etag);
    if (call.method === "PUT") {
      const comment = child(elements(call.body.toString())[0]?.inner ?? "", "Comment") ?? "";
      Object.assign(found, { comment, etag: newTag(), modified: at() });
      return xml(200, describe(found), { etag: found.etag });
    }
    if (isUsed(arnOf(found))) {
      throw new ApiError(
        "CannotDeleteEntityWhileInUse",
        "The key value store is associated with a function.",
        409,
      );
    }
    stores.delete(name);
    return noContent;
  }

  function list(): Answer {
    const items = [...stores.values()].map(describe).join("");
    const body = `<MaxItems>100</MaxItems><Quantity>${stores.size}</Quantity><Items>${items}</Items>`;
    return xml(200, `<KeyValueStoreList ${namespace}>${body}</KeyValueStoreList>`);
  }

  /** Refuses the association of a function with a store that is not there. */
  function requireStore(arn: string): void {
    if ([...stores.values()].some((store) => arnOf(store) === arn)) return;
    throw new ApiError("EntityNotFound", `The key value store ${arn} was not found.`, 404);
  }

  return { answer, requireStore };
}

function describe(store: Store): string {
  const { name, id, comment, modified } = store;
  const about = `<Name>${name}</Name><Id>${id}</Id><Comment>${comment}</Comment><ARN>${arnOf(store)}</ARN>`;
  return `<KeyValueStore ${namespace}>${about}<Status>READY</Status><LastModifiedTime>${modified}</LastModifiedTime></KeyValueStore>`;
}
