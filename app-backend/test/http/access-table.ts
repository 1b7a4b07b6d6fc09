import type { operations } from "../../src/http/contract/operations.ts";

/** What is asked for: one's own, somebody else's, or what is not there. */
export type Target = "own" | "other's" | "absent";

/** Status by who asks: nobody, A for their own, A for B's, A for what is not there. */
type Row =
  | readonly [nobody: number, own: number, others: number, absent: number]
  | readonly [nobody: number, own: number];

/** Who may do what. A route without its row here fails the test. */
export const access: Record<keyof typeof operations, Row> = {
  health: [200, 200],
  ready: [200, 200],
  settings: [200, 200],
  openapi: [200, 200],
  register: [400, 400], // says what is missing, to anybody
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
  changePassword: [401, 400],
  listSessions: [401, 200],
  endSession: [401, 204, 404, 404],
  remove: [401, 400],
  listImages: [401, 200],
  announceImage: [401, 400],
  getImage: [401, 200, 200, 404], // everybody who is signed in sees all images
  downloadImage: [401, 200, 200, 404],
  completeImage: [401, 200, 404, 404],
  removeImage: [401, 204, 404, 404],
};
