import { AppError } from "../domain/app-error.ts";
import type { StoredProfile } from "../domain/profile.ts";
import type { Profiles } from "../ports/profiles.ts";

export type ProfileUseCases = ReturnType<typeof profileUseCases>;

/** Profiles of people who are known by their tokens alone. */
export function profileUseCases({ profiles }: { readonly profiles: Profiles }) {
  return {
    /** Throws `not_found` if the account has no profile yet. */
    async get(accountId: string): Promise<StoredProfile> {
      const profile = await profiles.get(accountId);
      if (!profile) throw new AppError("not_found", "account has no profile");
      return profile;
    },
    /** Creates the profile, or replaces all of it. */
    replace: profiles.replace,
  };
}
