import { setTimeout as sleep } from "node:timers/promises";
import type { TestApp } from "./app.ts";
import { type Answer, bearer, postJson, send } from "./client.ts";
import { mpegFrames } from "./media-files.ts";
import { put } from "./uploads.ts";

interface Sent {
  readonly name?: string;
  readonly contentType?: string;
  /** What is announced; defaults to what is sent. */
  readonly bytes?: number;
  readonly key?: string;
}

/** A short MP3 that no other call returns. */
export function sound(): Buffer {
  const file = mpegFrames(4);
  file.write(crypto.randomUUID(), 100, "latin1");
  return file;
}

export function announceMedia(
  app: TestApp,
  accessToken: string,
  file: Uint8Array,
  { name = "Vorlesung ä 漢字", bytes = file.length, contentType, key }: Sent = {},
): Promise<Answer> {
  const headers = { ...bearer(accessToken), ...(key !== undefined && { "idempotency-key": key }) };
  return postJson(app, "/media", { name, bytes, ...(contentType !== undefined && { contentType }) }, headers);
}

export function completeMedia(app: Pick<TestApp, "url">, accessToken: string, id: string): Promise<Answer> {
  return send(app, "POST", `/media/${id}/complete`, { headers: bearer(accessToken) });
}

/** Asks as a page does: again while the file waits or is being read. */
export async function completed(app: Pick<TestApp, "url">, accessToken: string, id: string): Promise<Answer> {
  for (;;) {
    const answer = await completeMedia(app, accessToken, id);
    if (![202, 429, 503].includes(answer.status)) return answer;
    await sleep(50);
  }
}

/** Announces, sends and completes. */
export async function uploadMedia(app: TestApp, accessToken: string, file: Uint8Array, sent: Sent = {}) {
  const announced = await announceMedia(app, accessToken, file, sent);
  if (announced.status !== 201) return announced;
  await put(announced, file);
  return completed(app, accessToken, announced.body.media.id);
}
