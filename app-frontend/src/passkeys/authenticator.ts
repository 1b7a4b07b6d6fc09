import { ApiError, hasCode } from "../api/error.ts";
import type { Asked, CreatedCredential, UsedCredential } from "../api/passkeys.ts";

/** Whether the browser has passkeys here: no browser has them over plain HTTP. */
export function hasPasskeys(): boolean {
  return "PublicKeyCredential" in globalThis && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

/** Has an authenticator make a passkey. Rejects with `passkey_cancelled`, `passkey_present` or `passkey_failed`. */
export async function createPasskey({ options }: Asked): Promise<CreatedCredential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return (await answerTo(() => navigator.credentials.create({ publicKey }))) as CreatedCredential;
}

/** Has an authenticator use a passkey. Rejects with `passkey_cancelled` or `passkey_failed`. */
export async function usePasskey({ options }: Asked): Promise<UsedCredential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return (await answerTo(() => navigator.credentials.get({ publicKey }))) as UsedCredential;
}

/** Has a sign-in judged. A passkey that is not known any longer is taken off the authenticator's list, where browsers can do that. */
export async function forgettingUnknown<T>(
  { options }: Asked,
  { id: credentialId }: UsedCredential,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { rpId } = options as { rpId?: string };
    if (hasCode(error, "passkey_unknown") && rpId && "signalUnknownCredential" in PublicKeyCredential)
      await PublicKeyCredential.signalUnknownCredential({ rpId, credentialId }).catch(() => undefined);
    throw error;
  }
}

async function answerTo(ask: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential.toJSON();
  } catch (error) {
    throw new ApiError(codeOf(error));
  }
  throw new ApiError("passkey_failed");
}

/** Browsers do not tell a person who declined from one who took too long, or has no passkey. */
function codeOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return "passkey_present";
  return name === "NotAllowedError" || name === "AbortError" ? "passkey_cancelled" : "passkey_failed";
}
