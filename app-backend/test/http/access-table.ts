import type { operations } from "../../src/http/contract/operations.ts";

/** The requested object: the caller's own, another's, or an absent one. */
export type Target = "own" | "other's" | "absent";

/** Status by caller and object: no one, A for their own, A for B's, A for an absent one. */
type Row =
  | readonly [anonymous: number, own: number, others: number, absent: number]
  | readonly [anonymous: number, own: number];

/** Who may do what. A route without its row here fails the test. */
export const access: Record<keyof typeof operations, Row> = {
  health: [200, 200],
  ready: [200, 200],
  settings: [200, 200],
  openapi: [200, 200],
  register: [400, 400], // reports what is missing, without sign-in
  announceRegistration: [400, 400],
  signIn: [400, 400],
  confirm: [400, 400],
  resend: [400, 400],
  forgot: [400, 400],
  reset: [400, 400],
  refresh: [401, 200],
  signOut: [204, 204],
  getAccount: [401, 200],
  changeProfile: [401, 200],
  changePicture: [401, 400], // the form is missing
  announcePicture: [401, 400],
  changePassword: [401, 400],
  listSessions: [401, 200],
  endSession: [401, 204, 404, 404],
  remove: [401, 422],
  completeSignIn: [400, 400], // neither bearer nor cookie opens it
  stepUp: [401, 422],
  getFactors: [401, 200],
  enrolTotp: [401, 201],
  confirmTotp: [401, 400],
  removeTotp: [401, 404], // there is none
  sendTextForSignIn: [400, 400],
  sendTextForStepUp: [401, 404],
  enrolPhone: [401, 400],
  confirmPhone: [401, 400],
  removePhone: [401, 404],
  replaceRecoveryCodes: [401, 404],
  noteSeenCodes: [401, 204],
  beginPasskeySignIn: [200, 200],
  signInByPasskey: [400, 400],
  beginPasskeyStep: [400, 400],
  beginPasskeyStepUp: [401, 404], // there is none
  listPasskeys: [401, 200],
  beginPasskey: [401, 400],
  addPasskey: [401, 400],
  renamePasskey: [401, 400, 400, 400], // the name is missing
  removePasskey: [401, 404, 404, 404],
  listProviders: [200, 200],
  startProvider: [302, 302, 302, 302], // the test's deployment has none: to the page, with the reason
  endProvider: [302, 302, 302, 302],
  takeChallenge: [401, 401],
  listIdentities: [401, 200],
  linkIdentity: [401, 404, 404, 404],
  proveIdentity: [401, 404, 404, 404],
  removeIdentity: [401, 404, 404, 404],
  listImages: [401, 200],
  announceImage: [401, 400],
  getImage: [401, 200, 200, 404], // all signed-in accounts see all images
  downloadImage: [401, 200, 200, 404],
  completeImage: [401, 200, 404, 404],
  removeImage: [401, 204, 404, 404],
  listProjects: [401, 200],
  createProject: [401, 400],
  getProject: [401, 200, 404, 404],
  saveNotes: [401, 412, 404, 404],
  changeProject: [401, 200, 404, 404], // names no change
  removeProject: [401, 204, 404, 404],
  restoreProject: [401, 200, 404, 404],
  listVersions: [401, 200, 404, 404],
  getVersion: [401, 200, 404, 404],
  listMedia: [401, 200],
  announceMedia: [401, 400],
  completeMedia: [401, 200, 404, 404],
  getMediaUrl: [401, 200, 404, 404],
  removeMedia: [401, 204, 404, 404],
};
