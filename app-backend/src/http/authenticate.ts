import type { Request } from "express";
import { AppError } from "../domain/app-error.ts";
import type { TokenHolder } from "../ports/tokens.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";

/** The holder of the request's bearer token. Throws `not_signed_in`. */
export async function authenticate(req: Request, sessions: SessionUseCases): Promise<TokenHolder> {
  const [, token] = /^Bearer ([\w.-]+)$/i.exec(req.headers.authorization ?? "") ?? [];
  if (!token) throw new AppError("not_signed_in", "no bearer token");
  const holder = await sessions.authenticate(token);
  if (req.res) req.res.locals["accountId"] = holder.accountId; // for the request's line in the log
  return holder;
}
