import { z } from "zod";
import type { Operation } from "./operations.ts";
import { challenged } from "./factors.ts";
import { byId } from "./requests.ts";

const providers = z
  .object({ providers: z.array(z.object({ id: z.string(), name: z.string() }).strict()) })
  .strict();

const identities = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          provider: z.string().meta({ description: "Its name." }),
          email: z.string().nullable().meta({ description: "As the provider stated it at that time." }),
          createdAt: z.iso.datetime(),
          removable: z.boolean().meta({ description: "False for the last way into the account." }),
        })
        .strict(),
    ),
    hasPassword: z.boolean(),
  })
  .strict();

const departure = z.object({ url: z.url().meta({ description: "The page of the provider." }) }).strict();

const shapeOfProvider = /^[a-z][a-z\d-]{0,31}$/;
const text = z.string().transform((id) => (shapeOfProvider.test(id) ? id : "none"));

export const providerOperations = {
  listProviders: {
    method: "get",
    path: "/auth/oidc",
    summary: "The providers by which people can sign in",
    status: 200,
    answer: providers,
    refusals: [],
  },
  startProvider: {
    method: "get",
    path: "/auth/oidc/:provider",
    summary:
      "Go to the page of a provider, to sign in. For browsers: failures go to the page, as `/signin?failed=REASON`",
    params: z.object({ provider: text }),
    query: z.object({
      next: z.string("must be given once").max(1024, "is too long").optional().meta({
        description: "The path to show afterwards; any that is not one of the page's is the first page.",
      }),
    }),
    status: 302,
    refusals: [],
  },
  endProvider: {
    method: "get",
    path: "/auth/oidc/:provider/callback",
    summary: "Come back from a provider; the refresh token comes as a cookie",
    params: z.object({ provider: text }),
    status: 302,
    refusals: [],
  },
  takeChallenge: {
    method: "post",
    path: "/auth/challenge",
    summary: "The challenge of a sign-in by a provider that ended at `/signin?second`, once, by its cookie",
    status: 200,
    answer: challenged,
    refusals: ["challenge_over", "bad_origin"],
  },
  listIdentities: {
    method: "get",
    path: "/account/identities",
    summary: "The identities at providers by which the account signs in",
    proof: "bearer",
    status: 200,
    answer: identities,
    refusals: ["not_signed_in"],
  },
  linkIdentity: {
    method: "post",
    path: "/account/identities/:id",
    summary: "Begin to link an identity, at the provider of that id; the answer of it ends at `/account`",
    proof: "bearer",
    params: z.object({ id: text }),
    status: 200,
    answer: departure,
    refusals: ["not_signed_in", "step_up_required", "bad_origin", "not_found"],
  },
  proveIdentity: {
    method: "post",
    path: "/auth/step-up/:id",
    summary:
      "Begin to prove again who is signed in, by the provider of that id; the answer of it ends at `/account`",
    proof: "bearer",
    params: z.object({ id: text }),
    status: 200,
    answer: departure,
    refusals: ["not_signed_in", "bad_origin", "not_found"],
  },
  removeIdentity: {
    method: "delete",
    path: "/account/identities/:id",
    summary: "Remove an identity; the last way into an account stays",
    proof: "bearer",
    params: byId,
    status: 204,
    refusals: ["not_signed_in", "step_up_required", "bad_origin", "not_found", "last_way_in"],
  },
} as const satisfies Record<string, Operation>;
