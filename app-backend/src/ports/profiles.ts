import type { StoredProfile } from "../domain/profile.ts";

/** Profiles by the id of their account, which is another service's. */
export interface Profiles {
  /** The profile of an account; undefined if it has none. */
  get(accountId: string): Promise<StoredProfile | undefined>;
  /** Creates the profile of an account or replaces all of it. Of parallel calls one is stored, whole. */
  replace(profile: StoredProfile): Promise<void>;
}
