import { randomInt } from "node:crypto";
import { account } from "../../emulator/rights.ts";
import type { Answer, Call } from "./call.ts";
import { namespace, noContent, requireMatch, xml } from "./cloudfront-answers.ts";
import { cloudfrontFunctions } from "./cloudfront-functions.ts";
import { cloudfrontKeyValueStores } from "./cloudfront-key-value-stores.ts";
import { type Kind, type Kinds, kinds, managedPolicies } from "./cloudfront-kinds.ts";
import { ApiError } from "./refusal.ts";
import { child, elements, texts } from "./xml.ts";

interface Resource {
  readonly id: string;
  readonly arn: string;
  readonly domain: string;
  etag: string;
  modified: string;
  /** What is inside the configuration element, as it was sent. */
  config: string;
  readonly tags: Map<string, string>;
  readonly invalidations: { readonly id: string; readonly at: string; readonly batch: string }[];
}

/**
 * CloudFront's control plane, in memory: returns the very configuration that it was sent. moto has a part of it and
 * forgets the origin access control of an origin, so that no second plan would be empty.
 * Not here: other resources than those of `kinds`, functions and key value stores, deployment time (a distribution is deployed at once),
 * and most validation of values. https://docs.aws.amazon.com/cloudfront/latest/APIReference/Welcome.html
 */
export function cloudfront({ now }: { now: () => Date }): (call: Call) => Promise<Answer> {
  const resources = new Map<string, Resource>();
  const at = () => now().toISOString().replace(/\.\d+/, "");
  const all = (kind: string) =>
    [...resources].filter(([key]) => key.startsWith(`${kind}/`)).map(([, one]) => one);
  const distributions = () => all("distribution").map(({ config }) => config);
  const stores = cloudfrontKeyValueStores({
    at,
    newTag: newId,
    isUsed: (arn) => functions.configs().some((config) => texts(config, "KeyValueStoreARN").includes(arn)),
  });
  const functions = cloudfrontFunctions({
    at,
    newTag: newId,
    isUsed: (arn) => distributions().some((config) => texts(config, "FunctionARN").includes(arn)),
    requireStore: stores.requireStore,
  });

  function create(kind: Kind, call: Call): Answer {
    const document = elements(call.body.toString())[0]!;
    const withTags = document.name.endsWith("WithTags");
    const config = withTags ? child(document.inner, kind.config) : document.inner;
    if (config === undefined) throw malformed();
    requireNew(kind, config);
    const id = newId();
    const one: Resource = {
      id,
      arn: `arn:aws:cloudfront::${account}:${kind.path}/${id}`,
      domain: `d${newId().toLowerCase()}.cloudfront.net`,
      etag: newId(),
      modified: at(),
      config: accepted(kind, config),
      tags: new Map(withTags ? tagsOf(document.inner) : []),
      invalidations: [],
    };
    resources.set(`${kind.path}/${id}`, one);
    return xml(201, describe(kind, one), {
      etag: one.etag,
      location: `https://cloudfront.amazonaws.com${call.rawPath}/${id}`,
    });
  }

  function requireNew(kind: Kind, config: string): void {
    const identity = kind.identity.map((path) => child(config, ...path)).join();
    const taken = all(kind.path).some(
      ({ config: other }) => kind.identity.map((path) => child(other, ...path)).join() === identity,
    );
    if (taken) throw new ApiError(`${kind.element}AlreadyExists`, `The ${kind.element} already exists.`, 409);
  }

  /** The configuration with what AWS adds; refuses references to what is not there. */
  function accepted(kind: Kind, config: string): string {
    if (kind.path !== "distribution") return config;
    const origins = child(config, "Origins", "Items") ?? "";
    const originIds = elements(origins).map(({ inner }) => child(inner, "Id"));
    for (const target of texts(config, "TargetOriginId")) {
      if (!originIds.includes(target))
        throw new ApiError("NoSuchOrigin", `No origin exists with the ID ${target}.`, 404);
    }
    for (const { path, reference, missing } of Object.values<Kind>(kinds)) {
      for (const id of reference === undefined ? [] : texts(config, reference)) {
        if (id === "" || managedPolicies.has(id) || resources.has(`${path}/${id}`)) continue;
        throw new ApiError(missing, `The resource ${id} does not exist.`, 404);
      }
    }
    for (const arn of texts(config, "FunctionARN")) functions.requirePublished(arn);
    // AWS returns it always, and version 5.100 of Terraform's provider crashes without it.
    return child(config, "OriginGroups") === undefined
      ? `${config}<OriginGroups><Quantity>0</Quantity></OriginGroups>`
      : config;
  }

  function change(kind: Kind, one: Resource, call: Call): Answer {
    const config = elements(call.body.toString())[0]?.inner;
    if (config === undefined) throw malformed();
    one.config = accepted(kind, config);
    one.etag = newId();
    one.modified = at();
    return xml(200, describe(kind, one), { etag: one.etag });
  }

  function remove(kind: Kind, one: Resource): Answer {
    if (kind.path === "distribution" && child(one.config, "Enabled") !== "false") {
      throw new ApiError(
        "DistributionNotDisabled",
        "The distribution you are trying to delete has not been disabled.",
        409,
      );
    }
    const { reference } = kind;
    if (
      reference !== undefined &&
      distributions().some((config) => texts(config, reference).includes(one.id))
    ) {
      throw new ApiError(`${kind.element}InUse`, `The ${kind.element} is attached to a distribution.`, 409);
    }
    resources.delete(`${kind.path}/${one.id}`);
    return noContent;
  }

  function invalidations(one: Resource, call: Call, id: string | undefined): Answer {
    const show = (entry: Resource["invalidations"][number]) =>
      `<Invalidation ${namespace}><Id>${entry.id}</Id><Status>Completed</Status><CreateTime>${entry.at}</CreateTime><InvalidationBatch>${entry.batch}</InvalidationBatch></Invalidation>`;
    if (call.method === "POST") {
      const batch = elements(call.body.toString())[0]?.inner ?? "";
      const entry = { id: newId(), at: at(), batch };
      one.invalidations.push(entry);
      return xml(201, show(entry));
    }
    const found = one.invalidations.find((entry) => entry.id === id);
    if (id !== undefined && found === undefined)
      throw new ApiError("NoSuchInvalidation", "The specified invalidation does not exist.", 404);
    if (found !== undefined) return xml(200, show(found));
    const summaries = one.invalidations
      .toReversed()
      .map(
        (entry) =>
          `<InvalidationSummary><Id>${entry.id}</Id><CreateTime>${entry.at}</CreateTime><Status>Completed</Status></InvalidationSummary>`,
      );
    return xml(200, listed("InvalidationList", summaries));
  }

  function tagging(call: Call): Answer {
    const parameter = (name: string) => call.query.find(([key]) => key === name)?.[1];
    const arn = parameter("Resource");
    const one = [...resources.values()].find((candidate) => candidate.arn === arn);
    if (one === undefined)
      throw new ApiError("NoSuchResource", "The specified resource does not exist.", 404);
    const body = call.body.toString();
    if (call.method === "GET") {
      const tags = [...one.tags].map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`);
      return xml(200, `<Tags ${namespace}><Items>${tags.join("")}</Items></Tags>`);
    }
    if (parameter("Operation") === "Tag") for (const [key, value] of tagsOf(body)) one.tags.set(key, value);
    if (parameter("Operation") === "Untag") for (const key of texts(body, "Key")) one.tags.delete(key);
    return noContent;
  }

  function list(kind: Kind): Answer {
    const summaries = all(kind.path).map((one) => {
      if (kind.isFlatInLists)
        return `<${kind.element}Summary>${about(kind, one)}${one.config}</${kind.element}Summary>`;
      return `<${kind.element}Summary><Type>custom</Type>${describe(kind, one)}</${kind.element}Summary>`;
    });
    return xml(200, listed(`${kind.element}List`, summaries));
  }

  return async (call) => {
    const [, version, path = "", id, sub, subId] = call.path.split("/");
    if (version === "2020-05-31" && path === "function") return functions.answer(call);
    if (version === "2020-05-31" && path === "key-value-store") return stores.answer(call);
    if (version === "2020-05-31" && path === "tagging") return tagging(call);
    const kind = Object.hasOwn(kinds, path) ? kinds[path as keyof Kinds] : undefined;
    if (version !== "2020-05-31" || kind === undefined) throw notImplemented(call);
    if (id === undefined || id === "") return call.method === "POST" ? create(kind, call) : list(kind);
    const one = resources.get(`${path}/${id}`);
    if (one === undefined)
      throw new ApiError(kind.missing, `The specified ${kind.element} does not exist.`, 404);
    if (sub === "invalidation" && path === "distribution") return invalidations(one, call, subId);
    if (sub !== undefined && sub !== "config") throw notImplemented(call);
    if (call.method === "GET") {
      const config = `<${kind.config} ${namespace}>${one.config}</${kind.config}>`;
      return xml(200, sub === "config" ? config : describe(kind, one), { etag: one.etag });
    }
    requireMatch(call, one.etag);
    if (call.method === "PUT") return change(kind, one, call);
    if (call.method === "DELETE") return remove(kind, one);
    throw notImplemented(call);
  };
}

function about({ path }: Kind, { id, arn, domain, modified }: Resource): string {
  if (path === "origin-access-control") return `<Id>${id}</Id>`;
  const modification = `<LastModifiedTime>${modified}</LastModifiedTime>`;
  if (path !== "distribution") return `<Id>${id}</Id>${modification}`;
  return `<Id>${id}</Id><ARN>${arn}</ARN><Status>Deployed</Status>${modification}<InProgressInvalidationBatches>0</InProgressInvalidationBatches><DomainName>${domain}</DomainName>${noneTrusted}`;
}

const noneTrusted = ["ActiveTrustedSigners", "ActiveTrustedKeyGroups"]
  .map((name) => `<${name}><Enabled>false</Enabled><Quantity>0</Quantity></${name}>`)
  .join("");

const describe = (kind: Kind, one: Resource) =>
  `<${kind.element} ${namespace}>${about(kind, one)}<${kind.config}>${one.config}</${kind.config}></${kind.element}>`;

function listed(name: string, items: readonly string[]): string {
  const inside = items.length === 0 ? "" : `<Items>${items.join("")}</Items>`;
  return `<${name} ${namespace}><Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>${items.length}</Quantity>${inside}</${name}>`;
}

/** 13 capital letters and digits after an E, as CloudFront's ids and ETags are. */
function newId(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return `E${Array.from({ length: 13 }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
}

const tagsOf = (body: string) =>
  texts(body, "Key").map((key, index): [string, string] => [key, texts(body, "Value")[index] ?? ""]);

const malformed = () => new ApiError("MalformedXML", "The XML document is malformed.", 400);

const notImplemented = ({ method, path }: Call) =>
  new ApiError("NotImplemented", `The local CloudFront does not know ${method} ${path}.`, 501);
