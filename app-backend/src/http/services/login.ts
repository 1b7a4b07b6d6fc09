import { type Express, type Response, Router } from "express";
import { AppError } from "../../domain/app-error.ts";
import type { PublicKey } from "../../ports/tokens.ts";
import type { SessionUseCases, SignedIn } from "../../usecases/identity/sessions.ts";
import type { SignUp } from "../../usecases/identity/sign-up.ts";
import { tokenOf } from "../authenticate.ts";
import { clientOf } from "../client.ts";
import { refreshHeaders } from "../contract/requests.ts";
import { publishKeys } from "../key-set.ts";
import { parse } from "../parse.ts";
import { serviceApp, type ServiceDependencies } from "./app.ts";
import { credentials, newCredentials, refreshToken } from "./requests.ts";

interface Dependencies extends ServiceDependencies {
  readonly signUp: SignUp;
  readonly sessions: Pick<SessionUseCases, "signIn" | "refresh" | "signOutBearer">;
  readonly publicKeys: () => readonly PublicKey[];
}

/** The first service answered at one of them, and its documentation had the other. */
const refreshPaths = ["/token/refresh", "/refresh/token"];

/** The login service: accounts, sessions and the keys by which others verify its tokens. */
export function loginApp(deps: Dependencies): Express {
  const { signUp, sessions, publicKeys } = deps;
  const router = Router();

  router.post("/signup", async (req, res) => {
    const { username, password } = parse(newCredentials, req.body);
    await signUp(username, password, clientOf(req));
    res.json({ message: "Successfully inserted" });
  });

  router.post("/login", async (req, res) => {
    const { username, password } = parse(credentials, req.body);
    const outcome = await sessions.signIn(username, password, clientOf(req));
    // The contract has no second step: an account that needs one is not let in without.
    if ("mfa" in outcome) throw new AppError("step_up_required", "account has a second factor");
    answer(res, outcome);
  });

  router.post("/logout", async (req, res) => {
    const { accountId } = await sessions.signOutBearer(tokenOf(req));
    res.locals["accountId"] = accountId;
    res.json({ message: "Successfully logged out" });
  });

  for (const path of refreshPaths) {
    router.post(path, async (req, res) => {
      const { refresh_token: token } = parse(refreshToken, req.body);
      const { "idempotency-key": key } = parse(refreshHeaders, req.headers);
      answer(res, await sessions.refresh(token, key));
    });
  }

  router.use("/.well-known/jwks.json", publishKeys(publicKeys));

  return serviceApp(deps, {
    routes: Object.fromEntries(
      ["/signup", "/login", "/logout", ...refreshPaths].map((path) => [path, ["POST"]]),
    ),
    router,
    errors: {
      email_taken: "Username has been used",
      bad_credentials: "Username or password is wrong",
      not_signed_in: "Unauthorized: You are not logged in",
    },
  });
}

function answer(res: Response, { account, accessToken, refreshToken: { text } }: SignedIn): void {
  res.locals["accountId"] = account.id;
  res.json({ access_token: accessToken, refresh_token: text });
}
