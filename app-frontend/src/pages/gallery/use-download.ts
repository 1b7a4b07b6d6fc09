import { useState } from "react";
import { getDownloadUrl } from "../../api/images.ts";
import { useSession } from "../../session/session.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { openUrl } from "../open-url.ts";

/** Saves an image as a file. Its URL is requested on click, because it expires soon. */
export function useDownload(id: string) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);
  const [triedId, setTriedId] = useState<string>();

  async function download() {
    setTriedId(id);
    openUrl(await session.withAccessToken((token) => getDownloadUrl(token, id)));
  }

  return {
    busy,
    error: triedId === id ? failure.form : undefined,
    download: () => void submit({}, download),
  };
}
