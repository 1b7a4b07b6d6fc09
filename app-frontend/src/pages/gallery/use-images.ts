import { useEffect, useState, useSyncExternalStore } from "react";
import { getImage, listImages } from "../../api/images.ts";
import { imageList, pageSize } from "./image-list.ts";
import { useSession } from "../../session/session.tsx";
import { useUploads } from "../../uploads/uploads.tsx";

/** Images of everybody or of who is signed in, with those that arrive meanwhile. */
export function useImages(mine: boolean) {
  const { withAccessToken } = useSession();
  const uploads = useUploads();
  const [list] = useState(() =>
    imageList({
      page: (cursor) => withAccessToken((token) => listImages(token, { mine, cursor, limit: pageSize })),
      image: (id) => withAccessToken((token) => getImage(token, id)),
    }),
  );
  const state = useSyncExternalStore(list.subscribe, list.getState);

  useEffect(() => void list.more(), [list]);
  useEffect(() => uploads.onArrived(list.add), [uploads, list]);
  return { ...list, ...state };
}
