import { useHistoryState } from "../navigation/router.tsx";
import { useSessionState } from "./session.tsx";

/** The address of who is signed in, else the one that was typed on the page before. */
export function useKnownEmail(): string {
  const session = useSessionState();
  const { email = "" } = useHistoryState();
  return session.status === "signed-in" ? session.account.email : email;
}
