import type { Settings } from "../api/account.ts";

interface Props {
  readonly settings: Settings | undefined;
  readonly mailed: string;
}

/** Where to get the code. Empty until the API has answered whether it sends mail. */
export function CodeSource({ settings, mailed }: Props) {
  if (settings === undefined) return null;
  if (settings.sendsMail) return mailed;
  return (
    <>
      This site sends no email. Its operator can look up your code with <code>make codes</code>.
    </>
  );
}
