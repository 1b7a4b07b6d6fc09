import { useHistoryState } from "../navigation/router.tsx";
import { useSessionState } from "./session.tsx";

/** The address of the signed-in account, else the one that was typed on the previous page. */
export function useKnownEmail(): string {
  const session = useSessionState();
  const { email = "" } = useHistoryState();
  return session.status === "signed-in" ? session.account.email : email;
}
