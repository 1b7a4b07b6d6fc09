import type { TestApp } from "./app.ts";
import { type Answer, bearer, goodPassword, newEmail, postJson, send, sendJson } from "./client.ts";
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

interface SentPicture extends Omit<Sent, "name"> {
  /** Of the account whose picture it is; none for a registration. */
  readonly accessToken?: string;
  readonly headers?: Record<string, string>;
}

/** Announces the picture of an account, or of a registration. */
export function announcePicture(
  app: TestApp,
  image: Uint8Array,
  { contentType = "image/png", bytes = image.length, accessToken, headers = {} }: SentPicture = {},
): Promise<Answer> {
  const path = accessToken ? "/account/image/upload" : "/auth/register/upload";
  const as = accessToken ? bearer(accessToken) : {};
  return postJson(app, path, { contentType, bytes }, { ...as, ...headers });
}

/** The token of a picture that is announced and sent. */
export async function sendPicture(app: TestApp, image: Uint8Array, sent: SentPicture = {}): Promise<string> {
  const announced = await announcePicture(app, image, sent);
  await put(announced, image);
  return announced.body.upload.token;
}

export function registerBy(
  app: TestApp,
  upload: unknown,
  { email = newEmail(), password = goodPassword } = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return postJson(app, "/auth/register", { email, password, upload }, headers);
}

export function changePictureBy(app: TestApp, accessToken: string, upload: unknown): Promise<Answer> {
  return sendJson(app, "PUT", "/account/image", { upload }, bearer(accessToken));
}
