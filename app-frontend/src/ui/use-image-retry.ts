import { useEffect, useState } from "react";

/**
 * For a picture with an expiring URL: if it does not load, requests another URL once, and tries again.
 * A failed picture is tried again with a new URL, and when the browser is online again. `attempt` is the key of its
 * element, so that the same URL is loaded again; `busy` is true while another URL is requested.
 */
export function useImageRetry(src: string, onStale: () => Promise<void>) {
  const [attempt, setAttempt] = useState(0);
  const [retried, setRetried] = useState(false);
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
    setRetried(true);
    setBusy(true);
    await onStale().then(retry, () => setFailed(true));
    setBusy(false);
  }

  useEffect(() => {
    if (!failed) return;
    const tryAgain = () => {
      setRetried(false);
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
    onLoad: () => setRetried(false),
    onError: () => (retried ? setFailed(true) : void renew()),
  };
}
