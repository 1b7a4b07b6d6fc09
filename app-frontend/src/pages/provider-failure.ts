/** Why a sign-in by a provider failed, or a link, by the word that the API passes to the page. */
const messages: Record<string, string> = {
  cancelled: "Cancelled: nothing has changed.",
  ended:
    "That took too long, was begun again in another tab, or your browser keeps no cookies of this site. Try again.",
  stale:
    "That site did not ask you to sign in again, or does not say when you did. Sign out here, sign in by it, then repeat what you wanted to do.",
  other: "You signed in there as someone else. Nothing has changed.",
  refused: "The answer of that site was not accepted. Try again.",
  email:
    "That site did not say which email address is yours. Allow it to, or create an account with a password.",
  link: "There is already an account with this email address. Sign in to it, then add that site on your page.",
  taken: "That sign-in belongs to another account here. Remove it there first.",
  unconfirmed: "Confirm your email address first: we sent you a code.",
  limit: "Too many attempts. Wait a minute, then try again.",
  unavailable: "That site does not answer right now. Try again in a minute, or sign in with your password.",
  unknown: "This site no longer offers that way to sign in.",
};

/** The message for what the address of the page says; undefined if it says nothing that is known. */
export function providerFailure(search: string): string | undefined {
  const word = new URLSearchParams(search).get("failed") ?? "";
  return Object.hasOwn(messages, word) ? messages[word] : undefined;
}
