import type { TokenResponse } from "./account.ts";
import { request } from "./request.ts";
import type { Operations } from "./schema.ts";

export type Passkey = Operations["listPasskeys"]["response"]["items"][number];

/** What the server asks the authenticator for, as the browser's own functions read it. */
export type Asked = Operations["beginPasskeySignIn"]["response"];

export type CreatedCredential = Operations["addPasskey"]["body"]["credential"];

export type UsedCredential = Operations["signInByPasskey"]["body"]["credential"];

const own = "/account/passkeys";
const path = ({ id }: Passkey) => `${own}/${encodeURIComponent(id)}`;

export const beginPasskeySignIn = () => request<Asked>("/auth/passkeys/options", { method: "POST" });

export const signInByPasskey = (credential: UsedCredential) =>
  request<TokenResponse>("/auth/passkeys", { method: "POST", json: { credential } });

/** For the second step of the sign-in of that challenge. */
export const beginPasskeyStep = (token: string) =>
  request<Asked>("/auth/mfa/passkey", { method: "POST", json: { token } });

/** For a proof of who is signed in. */
export const beginPasskeyStepUp = (accessToken: string) =>
  request<Asked>("/auth/step-up/passkey", { method: "POST", accessToken });

export const listPasskeys = async (accessToken: string) =>
  (await request<Operations["listPasskeys"]["response"]>(own, { accessToken })).items;

export const beginPasskey = (accessToken: string, json: Operations["beginPasskey"]["body"]) =>
  request<Asked>("/account/factors/passkey", { method: "POST", accessToken, json });

/** Adds the passkey that was asked for. With the first factor of an account come recovery codes, once. */
export const addPasskey = (accessToken: string, json: Operations["addPasskey"]["body"]) =>
  request<Operations["addPasskey"]["response"]>(own, { method: "POST", accessToken, json });

export const renamePasskey = (accessToken: string, passkey: Passkey, name: string) =>
  request<void>(path(passkey), { method: "PATCH", accessToken, json: { name } });

export const removePasskey = (accessToken: string, passkey: Passkey) =>
  request<void>(path(passkey), { method: "DELETE", accessToken });
