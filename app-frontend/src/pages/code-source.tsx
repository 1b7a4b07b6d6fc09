import { useSendsMail } from "./use-sends-mail.ts";

/** Where to get the code. Empty until the API has answered whether it sends mail. */
export function CodeSource({ mailed }: { mailed: string }) {
  const sendsMail = useSendsMail();
  if (sendsMail === undefined) return null;
  if (sendsMail) return mailed;
  return (
    <>
      This site sends no email. Its operator can look up your code with <code>make codes</code>.
    </>
  );
}
