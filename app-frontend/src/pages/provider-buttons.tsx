import { useEffect, useState } from "react";
import { type Provider, listProviders, signInUrl } from "../api/providers.ts";
import { useHistoryState } from "../navigation/router.tsx";

/** The providers of the site; none until the API has answered, or if it does not. */
export function useProviders(): readonly Provider[] {
  const [providers, setProviders] = useState<readonly Provider[]>([]);

  useEffect(() => {
    let isShown = true;
    listProviders().then(
      (answer) => isShown && setProviders(answer),
      () => undefined, // a password still signs in
    );
    return () => {
      isShown = false;
    };
  }, []);

  return providers;
}

/** Ways to sign in beside a password. They are links: the browser leaves this page. */
export function ProviderButtons() {
  const { returnTo } = useHistoryState();
  const providers = useProviders();
  if (providers.length === 0) return null;
  return (
    <ul className="providers">
      {providers.map((provider) => (
        <li key={provider.id}>
          <a className="button quiet" href={signInUrl(provider, returnTo)}>
            Sign in with {provider.name}
          </a>
        </li>
      ))}
    </ul>
  );
}
