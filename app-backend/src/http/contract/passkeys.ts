import { z } from "zod";
import { maxPasskeyNameLength } from "../../domain/passkey.ts";
import { lineFault, tidyLine } from "../../domain/title.ts";
import type { Operation } from "./operations.ts";
import { byId } from "./requests.ts";
import { signedIn } from "./responses.ts";
import { createdCredential, usedCredential } from "./webauthn.ts";

const name = z
  .string("must be text")
  .max(1024, { error: "is too long", abort: true })
  .transform(tidyLine)
  .superRefine((line, context) => {
    const message = lineFault(line, maxPasskeyNameLength);
    if (message) context.addIssue({ code: "custom", message });
  })
  .meta({ description: `1 to ${maxPasskeyNameLength} characters.` });

export const passkeyChoice = z.object({
  asked: z.boolean("must be true or false").meta({
    description:
      "Whether a sign-in by password asks for it as the second step; otherwise it has to open the account alone.",
  }),
});
export const newPasskey = z.object({ name, credential: createdCredential });
export const passkeyName = z.object({ name });
export const passkeySignIn = z.object({ credential: usedCredential });
export const challengeToken = z.object({ token: z.string("must be text").max(2048, "is too long") });

const passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    alone: z.boolean().meta({ description: "Whether it opens the account alone." }),
    asked: z.boolean().meta({ description: "Whether it makes a sign-in by password ask for a passkey." }),
    backedUp: z.boolean().meta({ description: "Whether it was copied to other devices of its owner." }),
    usable: z.boolean().meta({ description: "False if it was made for another domain of the site." }),
  })
  .strict();

const asked = z
  .object({
    options: z.looseObject({ challenge: z.string() }).meta({
      description: "For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.",
    }),
    expiresIn: z.int().meta({ description: "Seconds." }),
  })
  .strict();

const added = z
  .object({
    passkey,
    recoveryCodes: z
      .array(z.string())
      .nullable()
      .meta({ description: "With the first factor of an account. They are shown here and never again." }),
  })
  .strict();

const refusedAnswers = ["passkeys_off", "passkey_ended", "passkey_refused"] as const;

export const passkeyOperations = {
  beginPasskeySignIn: {
    method: "post",
    path: "/auth/passkeys/options",
    summary: "Ask for any passkey of this site; a cookie holds the challenge for 5 minutes",
    status: 200,
    answer: asked,
    refusals: ["passkeys_off", "bad_origin"],
  },
  signInByPasskey: {
    method: "post",
    path: "/auth/passkeys",
    summary: "Open a session by a passkey alone; the refresh token comes as a cookie",
    body: passkeySignIn,
    status: 200,
    answer: signedIn,
    refusals: [...refusedAnswers, "passkey_unknown", "not_confirmed", "bad_origin", "too_many_requests"],
  },
  beginPasskeyStep: {
    method: "post",
    path: "/auth/mfa/passkey",
    summary: "Ask for a passkey as the second step of a sign-in",
    body: challengeToken,
    status: 200,
    answer: asked,
    refusals: ["passkeys_off", "challenge_over", "not_found", "bad_origin"],
  },
  beginPasskeyStepUp: {
    method: "post",
    path: "/auth/step-up/passkey",
    summary: "Ask for a passkey as a proof of who is signed in",
    proof: "bearer",
    status: 200,
    answer: asked,
    refusals: ["not_signed_in", "passkeys_off", "not_found"],
  },
  listPasskeys: {
    method: "get",
    path: "/account/passkeys",
    summary: "The passkeys of one's account, the oldest first",
    proof: "bearer",
    status: 200,
    answer: z.object({ items: z.array(passkey) }).strict(),
    refusals: ["not_signed_in"],
  },
  beginPasskey: {
    method: "post",
    path: "/account/factors/passkey",
    summary: "Ask for a new passkey; a cookie holds the challenge for 5 minutes",
    proof: "bearer",
    body: passkeyChoice,
    status: 200,
    answer: asked,
    refusals: ["not_signed_in", "passkeys_off", "step_up_required", "quota_exceeded", "too_many_requests"],
  },
  addPasskey: {
    method: "post",
    path: "/account/passkeys",
    summary:
      "Add the passkey that was asked for. One that is asked for after the password ends all other sessions",
    proof: "bearer",
    body: newPasskey,
    status: 201,
    answer: added,
    refusals: ["not_signed_in", ...refusedAnswers, "passkey_taken", "quota_exceeded"],
  },
  renamePasskey: {
    method: "patch",
    path: "/account/passkeys/:id",
    summary: "Rename a passkey",
    proof: "bearer",
    params: byId,
    body: passkeyName,
    status: 204,
    refusals: ["not_signed_in", "not_found"],
  },
  removePasskey: {
    method: "delete",
    path: "/account/passkeys/:id",
    summary: "Remove a passkey; the last way into an account stays",
    proof: "bearer",
    params: byId,
    status: 204,
    refusals: ["not_signed_in", "step_up_required", "not_found", "last_way_in"],
  },
} as const satisfies Record<string, Operation>;
