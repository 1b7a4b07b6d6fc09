import { request } from "./request.ts";
import type { Operations } from "./schema.ts";

export type Factors = Operations["getFactors"]["response"];

/** What an authenticator app needs: the secret alone, and with all else as a URI. Valid for `expiresIn` seconds. */
export type Enrolment = Operations["enrolTotp"]["response"];

const totp = "/account/factors/totp";
const recoveryCodes = "/account/factors/recovery-codes";

export const getFactors = (accessToken: string) => request<Factors>("/account/factors", { accessToken });

/** Proves that the person is there. Changes that ask for it are then possible for 10 minutes. */
export const stepUp = (accessToken: string, json: Operations["stepUp"]["body"]) =>
  request<void>("/auth/step-up", { method: "POST", accessToken, json });

/** A message that was taken. Seconds; whether it arrives is not known. */
export type SentText = Operations["sendTextForSignIn"]["response"];

/** Sends a code for the challenge of a sign-in. */
export const sendTextForSignIn = (json: Operations["sendTextForSignIn"]["body"]) =>
  request<SentText>("/auth/mfa/text", { method: "POST", json });

/** Sends a code for a proof that the person is there. */
export const sendTextForStepUp = (accessToken: string) =>
  request<SentText>("/account/factors/phone/text", { method: "POST", accessToken });

/** A number that waits for the code that was sent to it. */
export type NewPhone = Operations["enrolPhone"]["response"];

const phone = "/account/factors/phone";

/** Sends a code to a number. */
export const enrolPhone = (accessToken: string, json: Operations["enrolPhone"]["body"]) =>
  request<NewPhone>(phone, { method: "POST", accessToken, json });

/** Confirms the last number, and returns recovery codes if it is the first factor. */
export const confirmPhone = async (accessToken: string, json: Operations["confirmPhone"]["body"]) =>
  (
    await request<Operations["confirmPhone"]["response"]>(`${phone}/confirm`, {
      method: "POST",
      accessToken,
      json,
    })
  ).recoveryCodes;

export const removePhone = (accessToken: string) => request<void>(phone, { method: "DELETE", accessToken });

/** Starts an enrolment, in the place of one that is not confirmed. */
export const enrolTotp = (accessToken: string) => request<Enrolment>(totp, { method: "POST", accessToken });

/** Confirms the enrolment that was started last, and returns the recovery codes, once. */
export const confirmTotp = async (accessToken: string, json: Operations["confirmTotp"]["body"]) =>
  (
    await request<Operations["confirmTotp"]["response"]>(`${totp}/confirm`, {
      method: "POST",
      accessToken,
      json,
    })
  ).recoveryCodes;

export const removeTotp = (accessToken: string) => request<void>(totp, { method: "DELETE", accessToken });

/** Replaces all recovery codes, and returns them, once. */
export const replaceRecoveryCodes = async (accessToken: string) =>
  (
    await request<Operations["replaceRecoveryCodes"]["response"]>(recoveryCodes, {
      method: "POST",
      accessToken,
    })
  ).recoveryCodes;

/** Confirms that the person has the recovery codes. */
export const noteSeenCodes = (accessToken: string) =>
  request<void>(`${recoveryCodes}/seen`, { method: "POST", accessToken });
