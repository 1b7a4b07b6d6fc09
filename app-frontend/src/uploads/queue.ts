import { ApiError, hasCode } from "../api/error.ts";
import type { GalleryImage } from "../api/images.ts";
import { emitter } from "../emitter.ts";
import type { ImageUpload } from "./upload.ts";

export type Upload = {
  id: number;
  name: string;
  bytes: number;
  status: "waiting" | "sending" | "failed";
  /** The fraction that is sent, from 0 to 1. */
  sent: number;
  error?: ApiError | undefined;
};

/** `added` counts the pictures added since the queue was last empty. */
export type UploadState = { uploads: readonly Upload[]; added: number };

type Job = { transfer: ImageUpload; stop: AbortController };

export type UploadQueue = ReturnType<typeof uploadQueue>;

const final = [
  "animated_png",
  "avif_sequence",
  "damaged_image",
  "deep_avif",
  "empty_image",
  "image_dimensions",
  "image_too_large",
  "unprocessable_image",
  "unsupported_image",
];

/** Uploads files to the gallery, a few at a time, in the order in which they were picked. */
export function uploadQueue(start: (file: File) => ImageUpload, atOnce = 3) {
  const changed = emitter();
  const arrived = emitter<[GalleryImage]>();
  const jobs = new Map<number, Job>();
  let state: UploadState = { uploads: [], added: 0 };
  let lastId = 0;

  function become(next: Partial<UploadState>) {
    state = { ...state, ...next };
    changed.emit();
  }

  function update(id: number, change: Partial<Upload>) {
    become({
      uploads: state.uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
    });
  }

  function take(id: number) {
    become({ uploads: state.uploads.filter((upload) => upload.id !== id) });
  }

  function proceed() {
    const free = atOnce - state.uploads.filter(({ status }) => status === "sending").length;
    const waiting = state.uploads.filter(({ status }) => status === "waiting");
    for (const { id } of waiting.slice(0, Math.max(free, 0))) void run(id, jobs.get(id)!);
  }

  async function run(id: number, job: Job) {
    const { transfer, stop } = job;
    update(id, { status: "sending", sent: 0, error: undefined });
    const onProgress = (sent: number) => update(id, { sent });
    try {
      const image = await transfer.run({ onProgress, signal: stop.signal });
      if (!jobs.delete(id)) return;
      become({ uploads: state.uploads.filter((upload) => upload.id !== id), added: state.added + 1 });
      arrived.emit(image);
    } catch (error) {
      if (jobs.get(id) === job) update(id, { status: "failed", error: known(error) });
    }
    proceed();
  }

  return {
    getState: () => state,
    subscribe: changed.subscribe,
    /** Subscribes to images that were added to the gallery. */
    onArrived: arrived.subscribe,

    add(files: readonly File[]) {
      const uploads = files.map((file) => {
        const id = ++lastId;
        jobs.set(id, { transfer: start(file), stop: new AbortController() });
        return { id, name: file.name, bytes: file.size, status: "waiting", sent: 0 } as const;
      });
      const added = isBusy(state) ? state.added : 0;
      become({ uploads: [...state.uploads, ...uploads], added });
      proceed();
    },

    /** Removes an upload from the list, aborts it and discards what was sent. */
    cancel(id: number) {
      const job = jobs.get(id);
      jobs.delete(id);
      take(id);
      job?.stop.abort();
      void job?.transfer.discard().catch(() => {}); // the server deletes what is never completed
      proceed();
    },

    retry(...ids: number[]) {
      for (const id of ids) update(id, { status: "waiting", error: undefined });
      proceed();
    },

    /** Aborts everything and discards nothing on the server: the account is signed out. */
    clear() {
      for (const { stop } of jobs.values()) stop.abort();
      jobs.clear();
      become({ uploads: [], added: 0 });
    },
  };
}

export function isBusy({ uploads }: UploadState): boolean {
  return uploads.some(({ status }) => status !== "failed");
}

/** Whether a retry may help: the file itself does not change. */
export function canRetry({ error }: Upload): boolean {
  return error !== undefined && !final.includes(error.code);
}

function known(error: unknown): ApiError {
  return error instanceof ApiError && !hasCode(error, "cancelled") ? error : new ApiError("internal");
}
