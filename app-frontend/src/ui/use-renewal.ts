import { useState } from "react";

/**
 * For a picture behind a URL that expires: when it does not load, asks for another URL once, and tries again.
 * `attempt` is the key of its element, so that the same URL is tried anew.
 */
export function useRenewal(onStale: () => Promise<void>) {
  const [attempt, setAttempt] = useState(0);
  const [renewed, setRenewed] = useState(false);
  const [failed, setFailed] = useState(false);

  async function renew() {
    setRenewed(true);
    setFailed(false);
    await onStale().then(
      () => setAttempt((last) => last + 1),
      () => setFailed(true),
    );
  }

  return {
    attempt,
    failed,
    renew: () => void renew(),
    onLoad: () => setRenewed(false),
    onError: () => (renewed ? setFailed(true) : void renew()),
  };
}
