import { randomBytes } from "node:crypto";
import { AppError } from "../../domain/app-error.ts";
import { type Passkey, passkeyLifeMs, type RelyingParty } from "../../domain/passkey.ts";
import { productName } from "../../domain/product.ts";
import type { PasskeyCeremonies } from "../../ports/passkey-ceremonies.ts";

/** EdDSA, ES256 and RS256: RFC 9053, section 2 and RFC 8812. */
const algorithms = [-8, -7, -257];

/** Loaded at the first use: most starts of a function verify no passkey. */
const library = () => import("@simplewebauthn/server");

export function webauthnCeremonies({ id: rpId, origin }: RelyingParty): PasskeyCeremonies {
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: false, // what was verified is for the use case to judge
  });

  return {
    rpId,

    newChallenge: () => randomBytes(32).toString("base64url"),

    creationOptions({ challenge, account, present, alone }) {
      const user = { id: base64url(account.id), name: account.email, displayName: account.email };
      const [residentKey, userVerification] = alone ? ["required", "required"] : ["preferred", "preferred"];
      return {
        ...{ challenge, user, rp: { id: rpId, name: productName } },
        pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: present.map(descriptorOf),
        authenticatorSelection: { residentKey, requireResidentKey: alone, userVerification },
        ...{ attestation: "none", timeout: passkeyLifeMs },
      };
    },

    requestOptions(challenge, allowed) {
      const userVerification = allowed ? "preferred" : "required";
      const allowCredentials = (allowed ?? []).map(descriptorOf);
      return { challenge, rpId, allowCredentials, userVerification, timeout: passkeyLifeMs };
    },

    create: (answer, challenge) =>
      refusing(async () => {
        const { clientDataJSON, attestationObject, transports = [] } = answer.response;
        requireOwnPage(clientDataJSON);
        const { verifyRegistrationResponse } = await library();
        const { verified, registrationInfo } = await verifyRegistrationResponse({
          ...expected(challenge),
          supportedAlgorithmIDs: algorithms,
          response: jsonOf(answer.id, { clientDataJSON, attestationObject }),
        });
        if (!verified) throw new Error("attestation is not valid");
        const { credential, userVerified, credentialDeviceType, credentialBackedUp } = registrationInfo;
        if (credential.id !== answer.id) throw new Error("id is not that of the credential");
        return {
          credentialId: credential.id,
          publicKey: Buffer.from(credential.publicKey).toString("base64url"),
          counter: credential.counter,
          transports,
          backupEligible: credentialDeviceType === "multiDevice",
          backedUp: credentialBackedUp,
          userVerified,
        };
      }),

    use: (answer, challenge, passkey) =>
      refusing(async () => {
        const { clientDataJSON, authenticatorData, signature } = answer.response;
        requireOwnPage(clientDataJSON);
        const { verifyAuthenticationResponse } = await library();
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          ...expected(challenge),
          response: jsonOf(answer.id, { clientDataJSON, authenticatorData, signature }),
          credential: {
            id: passkey.credentialId,
            publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
            counter: 0, // so that the library accepts any
          },
        });
        if (!verified) throw new Error("signature is not valid");
        const { newCounter: counter, userVerified, credentialDeviceType } = authenticationInfo;
        if ((credentialDeviceType === "multiDevice") !== passkey.backupEligible)
          throw new Error("it may be copied now, or no longer");
        return { counter, backedUp: authenticationInfo.credentialBackedUp, userVerified };
      }),
  };
}

const base64url = (text: string) => Buffer.from(text).toString("base64url");

function descriptorOf({ credentialId: id, transports }: Passkey) {
  return { id, type: "public-key", transports };
}

function jsonOf<Response>(id: string, response: Response) {
  return { id, rawId: id, type: "public-key" as const, clientExtensionResults: {}, response };
}

/** Throws for a frame on another site's page, which the library lets pass for registrations, and without `topOrigin`. */
function requireOwnPage(clientDataJSON: string): void {
  const clientData = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString()) as Record<
    string,
    unknown
  >;
  if (clientData["crossOrigin"] === true || clientData["topOrigin"] !== undefined)
    throw new Error("page was in a frame of another site");
}

/** All faults of an answer are one to its sender: whatever the library does not understand was not made by an authenticator. */
async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new AppError("passkey_refused", `passkey refused: ${String(cause)}`, { cause });
  }
}
