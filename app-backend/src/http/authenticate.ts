import type { Request } from "express";
import type { Account } from "../domain/account.ts";
import { AppError } from "../domain/app-error.ts";
import type { TokenHolder } from "../ports/tokens.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";

/** The holder of the request's bearer token. Throws `not_signed_in`. */
export async function authenticate(req: Request, sessions: SessionUseCases): Promise<TokenHolder> {
  const holder = await sessions.authenticate(tokenOf(req));
  note(req, holder.accountId);
  return holder;
}

/** The account of the request's bearer token. Throws `not_signed_in`. */
export async function authenticateAccount(req: Request, sessions: SessionUseCases): Promise<Account> {
  const account = await sessions.authenticateAccount(tokenOf(req));
  note(req, account.id);
  return account;
}

/** Throws `not_signed_in` unless the request has a bearer token that is signed. Its session may be over: `authenticate` asks. */
export async function requireToken(req: Request, sessions: SessionUseCases): Promise<void> {
  await sessions.requireToken(tokenOf(req));
}

/** Throws `not_signed_in` unless the request has one bearer token. */
export function tokenOf(req: Request): string {
  const [, token] = /^Bearer ([\w.-]+)$/i.exec(req.headers.authorization ?? "") ?? [];
  if (!token) throw new AppError("not_signed_in", "no bearer token");
  return token;
}

/** For the request's line in the log. */
function note({ res }: Request, accountId: string): void {
  if (res) res.locals["accountId"] = accountId;
}
