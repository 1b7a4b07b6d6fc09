import { useState } from "react";
import { getDownloadUrl } from "../../api/images.ts";
import { useSession } from "../../session/session.tsx";
import { useSubmission } from "../../forms/use-submission.ts";

const hushedMs = 1_000;

/** Saves an image as a file. Its URL is requested on click, because it expires soon. */
export function useDownload(id: string) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);
  const [triedId, setTriedId] = useState<string>();

  async function download() {
    setTriedId(id);
    save(await session.withAccessToken((token) => getDownloadUrl(token, id)));
  }

  return {
    busy,
    error: triedId === id ? failure.form : undefined,
    download: () => void submit({}, download),
  };
}

/** Opens the URL of an attachment. The page stays, so the question before leaving is suppressed. */
function save(url: string) {
  const link = document.createElement("a");
  link.href = url;
  const ask = window.onbeforeunload;
  window.onbeforeunload = null;
  link.click();
  if (ask) setTimeout(() => (window.onbeforeunload = ask), hushedMs);
}
