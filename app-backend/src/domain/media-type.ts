import type { MediaKind } from "./media.ts";

export interface MediaType {
  readonly contentType: string;
  readonly extension: string;
}

/** Which tracks a file has. */
interface Tracks {
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

const type = (contentType: string, extension: string): MediaType => ({ contentType, extension });

const containers = {
  mp4: { audio: type("audio/mp4", "m4a"), video: type("video/mp4", "mp4") },
  quicktime: { audio: type("audio/mp4", "m4a"), video: type("video/quicktime", "mov") },
  webm: { audio: type("audio/webm", "weba"), video: type("video/webm", "webm") },
  matroska: { audio: type("audio/x-matroska", "mka"), video: type("video/x-matroska", "mkv") },
  ogg: { audio: type("audio/ogg", "ogg"), video: type("video/ogg", "ogv") },
} as const satisfies Record<string, Record<Exclude<MediaKind, "pdf">, MediaType>>;

export type Container = keyof typeof containers;

export const mp3 = type("audio/mpeg", "mp3");
export const aac = type("audio/aac", "aac");
export const wav = type("audio/wav", "wav");
export const flac = type("audio/flac", "flac");
export const pdf = type("application/pdf", "pdf");

/** The type of a container by its tracks; undefined if it has neither sound nor picture. */
export function typeOfTracks(container: Container, { hasAudio, hasVideo }: Tracks): MediaType | undefined {
  if (hasVideo) return containers[container].video;
  return hasAudio ? containers[container].audio : undefined;
}

/** The extension of a type that the scanner found. */
export function extensionOf(contentType: string): string {
  const all = [
    mp3,
    aac,
    wav,
    flac,
    pdf,
    ...Object.values(containers).flatMap(({ audio, video }) => [audio, video]),
  ];
  return all.find((one) => one.contentType === contentType)?.extension ?? "bin";
}
