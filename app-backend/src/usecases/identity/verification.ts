import { AppError } from "../../domain/app-error.ts";
import { isOver } from "../../domain/session.ts";
import type { AccessToken, AccessTokens } from "../../ports/access-tokens.ts";
import type { Revocations } from "../../ports/revocations.ts";
import type { Sessions } from "../../ports/sessions.ts";

interface Dependencies {
  readonly accessTokens: AccessTokens;
  /** Sessions of the tokens of one issuer. Undefined: a token counts until it expires. */
  readonly sessions: (Pick<Sessions, "get"> & { readonly issuer: string }) | undefined;
  /** Ends of sessions of one issuer, where the sessions themselves cannot be asked. */
  readonly revocations?: (Pick<Revocations, "get"> & { readonly issuer: string }) | undefined;
  readonly now: () => Date;
}

/**
 * What a token states. Throws `not_signed_in` unless it is valid and its session, if that or its end can be asked, is alive;
 * else `unavailable`.
 */
export type Verify = (text: string) => Promise<AccessToken>;

export function verification({ accessTokens, sessions, revocations, now }: Dependencies): Verify {
  return async (text) => {
    const at = now();
    const token = await accessTokens.read(text, at);
    if (revocations && token.issuer === revocations.issuer) {
      // The end of a session ends all of its tokens, whenever they were signed.
      if (await revocations.get(token.sessionId, at))
        throw new AppError("not_signed_in", "session has ended");
    }
    if (sessions === undefined || token.issuer !== sessions.issuer) return token;
    const session = await sessions.get({ accountId: token.subject, sessionId: token.sessionId });
    if (!session || isOver(session, at)) throw new AppError("not_signed_in", "session is gone or over");
    return token;
  };
}
