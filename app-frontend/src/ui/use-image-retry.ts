import { useEffect, useState } from "react";

/**
 * For a picture behind a URL that expires: when it does not load, asks for another URL once, and tries again.
 * What has failed is tried again with a URL that is new, and when the connection is back. `attempt` is the key of its
 * element, so that the same URL is tried anew; `busy` tells that another URL is asked for.
 */
export function useImageRetry(src: string, onStale: () => Promise<void>) {
  const [attempt, setAttempt] = useState(0);
  const [renewed, setRenewed] = useState(false);
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(src);

  if (tried !== src) {
    setTried(src);
    setFailed(false);
  }

  function retry() {
    setFailed(false);
    setAttempt((last) => last + 1);
  }

  async function renew() {
    setRenewed(true);
    setBusy(true);
    await onStale().then(retry, () => setFailed(true));
    setBusy(false);
  }

  useEffect(() => {
    if (!failed) return;
    const tryAgain = () => {
      setRenewed(false);
      retry();
    };
    window.addEventListener("online", tryAgain);
    return () => window.removeEventListener("online", tryAgain);
  }, [failed]);

  return {
    attempt,
    failed,
    busy,
    renew: () => void renew(),
    onLoad: () => setRenewed(false),
    onError: () => (renewed ? setFailed(true) : void renew()),
  };
}
