import { useSendsMail } from "./use-sends-mail.ts";

/** Where a person gets the code from. Nothing until the API has said whether it sends mail. */
export function CodeSource({ mailed }: { mailed: string }) {
  const sendsMail = useSendsMail();
  if (sendsMail === undefined) return null;
  if (sendsMail) return mailed;
  return (
    <>
      This site sends no email. Ask its operator for the code, who finds it with <code>make codes</code>.
    </>
  );
}
