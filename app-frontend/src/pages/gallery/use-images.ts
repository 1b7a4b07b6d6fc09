import { useEffect, useState, useSyncExternalStore } from "react";
import { getImage, listImages } from "../../api/images.ts";
import { imageList, pageSize } from "./image-list.ts";
import { useSession } from "../../session/session.tsx";
import { useUploads } from "../../uploads/uploads.tsx";

/** Images of everyone or of the signed-in account, with those that are uploaded while it is shown. */
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
