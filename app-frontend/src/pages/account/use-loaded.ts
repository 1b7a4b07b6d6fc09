import { useCallback, useEffect, useState } from "react";
import type { ApiError } from "../../api/error.ts";
import { failureOf } from "../../forms/errors.ts";
import { useSession } from "../../session/session.tsx";

export type Loaded<T> = {
  found: { value: T; atMs: number } | undefined;
  /** Why it could not be loaded the last time. */
  error: ApiError | undefined;
  loading: boolean;
  /** Loads it again, and returns it; undefined if that failed. Never rejects. */
  load: () => Promise<T | undefined>;
};

/** Something of the account that the server keeps. `get` may not change from render to render. */
export function useLoaded<T>(get: (accessToken: string) => Promise<T>): Loaded<T> {
  const session = useSession();
  const [found, setFound] = useState<Loaded<T>["found"]>();
  const [error, setError] = useState<ApiError>();
  const [loading, setLoading] = useState(false);

  const load = useCallback(async () => {
    setLoading(true);
    let value: T | undefined;
    try {
      value = await session.withAccessToken(get);
      setFound({ value, atMs: Date.now() });
      setError(undefined);
    } catch (cause) {
      setError(failureOf(cause, []).form);
    }
    setLoading(false);
    return value;
  }, [session, get]);

  useEffect(() => void load(), [load]);
  return { found, error, loading, load };
}
