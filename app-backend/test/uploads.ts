import type { TestApp } from "./app.ts";
import { type Answer, bearer, postJson, send } from "./client.ts";
import { onePixelPng } from "./images.ts";

interface Sent {
  readonly name?: string;
  readonly contentType?: string;
  /** What is announced; defaults to what is sent. */
  readonly bytes?: number;
}

export function announce(
  app: TestApp,
  accessToken: string,
  image: Uint8Array,
  sent: Sent = {},
): Promise<Answer> {
  const { name = "Silver", contentType = "image/png", bytes = image.length } = sent;
  return postJson(app, "/images", { name, contentType, bytes }, bearer(accessToken));
}

/** Sends a file as a browser does. Returns the status from S3. */
export async function put(
  { body }: Answer,
  image: Uint8Array,
  others: Record<string, string> = {},
): Promise<number> {
  const { url, headers } = body.upload;
  const sent = { ...headers, ...others };
  return (await fetch(url, { method: "PUT", headers: sent, body: new Uint8Array(image) })).status;
}

export function complete(app: Pick<TestApp, "url">, accessToken: string, id: string): Promise<Answer> {
  return send(app, "POST", `/images/${id}/complete`, { headers: bearer(accessToken) });
}

/** Announces, sends and completes. */
export async function upload(app: TestApp, accessToken: string, image: Uint8Array, sent: Sent = {}) {
  const announced = await announce(app, accessToken, image, sent);
  if (announced.status !== 201) return announced;
  await put(announced, image);
  return complete(app, accessToken, announced.body.image.id);
}

export async function addImage(app: TestApp, accessToken: string, image: Uint8Array = onePixelPng) {
  return (await upload(app, accessToken, image)).body.image;
}
