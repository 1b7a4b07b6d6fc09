import type { ProvenAction } from "../../src/domain/proofs.ts";
import type { operations } from "../../src/http/contract/operations.ts";

type Name = keyof typeof operations;

/** Changes of the caller's own account that ask for proofs, by the row of the table in `domain/proofs.ts`. */
export const provenActions = {
  enrolTotp: "addFactor",
  enrolPhone: "addFactor",
  beginPasskey: "addFactor",
  removeTotp: "removeFactor",
  removePhone: "removeFactor",
  removePasskey: "removeFactor",
  replaceRecoveryCodes: "newRecoveryCodes",
  changePassword: "changePassword",
  linkIdentity: "linkProvider",
  removeIdentity: "unlinkProvider",
  remove: "removeAccount",
} as const satisfies Partial<Record<Name, ProvenAction>>;

/** The other changes of the account, and why they ask for none. */
export const withoutProof: Partial<Record<Name, string>> = {
  stepUp: "it is the proof",
  beginPasskeyStepUp: "it begins the proof",
  sendTextForStepUp: "it begins the proof",
  proveIdentity: "it begins the proof",
  confirmTotp: "what it confirms was begun with proofs within 10 minutes",
  confirmPhone: "what it confirms was begun with proofs within 10 minutes",
  addPasskey: "what it confirms was begun with proofs within 5 minutes, in the same session",
  noteSeenCodes: "it shows and makes nothing",
  renamePasskey: "a name opens nothing",
  endSession: "the owner ends a thief's session by it, and a thief gets in no further",
  changeProfile: "names open nothing",
  changePicture: "a picture opens nothing",
  announcePicture: "a picture opens nothing",
};
