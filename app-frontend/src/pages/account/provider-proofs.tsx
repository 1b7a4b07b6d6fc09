import { type Provider, proveIdentity } from "../../api/providers.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { useProviders } from "../provider-buttons.tsx";

/** Leads to the providers, if one of them proves who is signed in, or says what to do for a proof that this page cannot ask for. */
export function ProviderProofs({ ways }: { ways: readonly string[] }) {
  const providers = useProviders();
  if (!ways.includes("provider") || providers.length === 0)
    return <p>This needs a sign-in of the last 10 minutes. Sign out, sign in again, then repeat it.</p>;
  return (
    <>
      <p>Sign in once more, then repeat it. What you have typed is not kept.</p>
      {providers.map((provider) => (
        <ProofButton key={provider.id} provider={provider} />
      ))}
    </>
  );
}

function ProofButton({ provider }: { provider: Provider }) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);

  async function leave() {
    location.assign(await session.withAccessToken((token) => proveIdentity(token, provider)));
  }

  return (
    <>
      <Button busy={busy} onClick={() => void submit({}, leave)}>
        Sign in with {provider.name}
      </Button>
      <ErrorMessage error={failure.form} />
    </>
  );
}
