import { type ReactNode, createContext, use, useEffect, useState, useSyncExternalStore } from "react";
import * as api from "../api/images.ts";
import { type UploadStore, imageUpload } from "./upload.ts";
import type { SessionStore } from "../session/store.ts";
import { useSession, useSessionState } from "../session/session.tsx";
import { type UploadQueue, type UploadState, isBusy, uploadQueue } from "./queue.ts";

const UploadsContext = createContext<UploadQueue | undefined>(undefined);

/** Uploads continue on other pages, until another account signs in or this one signs out. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const state = useSessionState();
  const accountId = state.status === "signed-in" ? state.account.id : undefined;
  const [uploads] = useState(() => {
    const store = uploadStore(session);
    return uploadQueue((file) => imageUpload(file, store, () => Date.now()));
  });

  useEffect(() => () => uploads.clear(), [uploads, accountId]);
  useEffect(() => askBeforeLeaving(uploads), [uploads]);
  return <UploadsContext value={uploads}>{children}</UploadsContext>;
}

export function useUploads(): UploadQueue {
  const uploads = use(UploadsContext);
  if (!uploads) throw new Error("useUploads needs an UploadsProvider above it");
  return uploads;
}

export function useUploadState(): UploadState {
  const { subscribe, getState } = useUploads();
  return useSyncExternalStore(subscribe, getState);
}

function uploadStore({ withAccessToken }: SessionStore): UploadStore {
  return {
    announce: (request) => withAccessToken((token) => api.announceImage(token, request)),
    send: api.sendImage,
    complete: (id) => withAccessToken((token) => api.completeImage(token, id)),
    remove: (id) => withAccessToken((token) => api.removeImage(token, id)),
  };
}

/** Leaving the site aborts uploads in progress. */
function askBeforeLeaving(uploads: UploadQueue) {
  window.onbeforeunload = (event) => void (isBusy(uploads.getState()) && event.preventDefault());
  return () => void (window.onbeforeunload = null);
}
