import { type Express, type Request, Router } from "express";
import type { Verify } from "../../usecases/identity/verification.ts";
import type { ProfileUseCases } from "../../usecases/profiles.ts";
import { tokenOf } from "../authenticate.ts";
import { parse } from "../parse.ts";
import { serviceApp, type ServiceDependencies } from "./app.ts";
import { profile as profileShape } from "./requests.ts";

interface Dependencies extends ServiceDependencies {
  readonly verify: Verify;
  readonly profiles: ProfileUseCases;
}

/** The profile service: it knows people by their tokens, and can make none. */
export function profileApp(deps: Dependencies): Express {
  const { verify, profiles } = deps;
  const router = Router();

  router.get("/profile", async (req, res) => {
    const { accountId, username, firstName, lastName, pictureLink } = await profiles.get(await holderOf(req));
    res.json({
      user_id: accountId,
      username,
      first_name: firstName,
      last_name: lastName,
      picture_link: pictureLink,
    });
  });

  router.post("/profile", async (req, res) => {
    const accountId = await holderOf(req);
    const {
      username,
      first_name: firstName,
      last_name: lastName,
      picture_link: pictureLink,
    } = parse(profileShape, req.body);
    await profiles.replace({ accountId, username, firstName, lastName, pictureLink });
    res.json({ message: "Successfully inserted profile" });
  });

  /** The account of the request's bearer token. Throws like `Verify`. */
  async function holderOf(req: Request): Promise<string> {
    const { subject } = await verify(tokenOf(req));
    req.res!.locals["accountId"] = subject;
    return subject;
  }

  return serviceApp(deps, {
    routes: { "/profile": ["GET", "HEAD", "POST"] },
    router,
    errors: { not_found: "No Documents", not_signed_in: "Unauthorized" },
  });
}
