import { Router } from "express";
import type { AccountUseCases } from "../usecases/accounts.ts";
import type { SessionUseCases } from "../usecases/sessions.ts";
import { authenticate } from "./authenticate.ts";

/** What people do with their own account. */
export function accountRouter(accounts: AccountUseCases, sessions: SessionUseCases): Router {
  const router = Router();

  router.get("/account", async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    res.json({ account: await accounts.get(accountId) });
  });

  return router;
}
