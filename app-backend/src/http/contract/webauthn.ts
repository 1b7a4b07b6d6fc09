import { z } from "zod";

/** Transports of WebAuthn, section 5.8.4; what a later browser names beside them is left out. */
const knownTransports: readonly string[] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable"];

const bytes = (maxLength: number) =>
  z
    .string("must be text")
    .max(maxLength, { error: "is too long", abort: true })
    .regex(/^[\w-]*$/, "is not base64url");

const credentialId = bytes(1364);
const clientDataJSON = bytes(8192);

/** As `PublicKeyCredential.toJSON` writes them: what is not named here is not read. */
export const createdCredential = z.object({
  id: credentialId,
  response: z.object({
    clientDataJSON,
    attestationObject: bytes(32_768),
    transports: z
      .array(z.string().max(64, "is too long"))
      .max(32, "has too many")
      .optional()
      .transform((named = []) => knownTransports.filter((transport) => named.includes(transport))),
  }),
});

export const usedCredential = z.object({
  id: credentialId,
  response: z.object({
    clientDataJSON,
    authenticatorData: bytes(8192),
    signature: bytes(2048),
    userHandle: bytes(128).nullish(),
  }),
});
