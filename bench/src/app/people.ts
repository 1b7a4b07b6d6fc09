import { onePixelPng } from "../../../app-backend/test/images.ts";
import type { Client } from "../load/client.ts";
import { siteOrigin } from "./site.ts";

export interface Person {
  readonly email: string;
  /** Where they seem to sit: limits hold for an address, and are not what is measured. */
  readonly headers: { readonly "x-forwarded-for": string };
}

export interface SignedIn {
  readonly accessToken: string;
  readonly cookie: string;
}

export const password = "correct horse battery";
const atOnce = 4;

/** Registers so many people, each from an address of their own. */
export async function registerPeople(port: number, count: number): Promise<Person[]> {
  const people = Array.from({ length: count }, (_, i) => ({
    email: `reader.${i}@example.org`,
    headers: { "x-forwarded-for": `10.0.${i >> 8}.${i & 255}` },
  }));
  const waiting = [...people];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await register(port, next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return people;
}

async function register(port: number, { email, headers }: Person): Promise<void> {
  const body = new FormData();
  body.set("email", email);
  body.set("password", password);
  body.append("image", new Blob([new Uint8Array(onePixelPng)], { type: "image/png" }), "portrait.png");
  await succeed(fetch(`${apiOf(port)}/auth/register`, { method: "POST", headers, body }));
}

export async function signIn(port: number, person: Person): Promise<SignedIn> {
  const { method, path, headers, body } = signInClient(person);
  const response = await succeed(fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body }));
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { accessToken, cookie: response.headers.getSetCookie()[0]!.split(";")[0]! };
}

/** A client that signs in again and again. */
export const signInClient = ({ email, headers }: Person) => ({
  method: "POST" as const,
  path: "/api/auth/signin",
  headers: { ...headers, "content-type": "application/json" },
  body: JSON.stringify({ email, password }),
});

/** A client that goes from one refresh token to the next. */
export const refreshClient = ({ headers }: Person, { cookie }: SignedIn): Client => ({
  method: "POST",
  path: "/api/auth/refresh",
  headers: { ...headers, origin: siteOrigin },
  cookie,
});

/** A client that reads with a bearer token. */
export const readerClient = ({ headers }: Person, { accessToken }: SignedIn, path: string): Client => ({
  method: "GET",
  path,
  headers: { ...headers, authorization: `Bearer ${accessToken}` },
});

const apiOf = (port: number) => `http://127.0.0.1:${port}/api`;

/** The answer; throws if it is no success. */
async function succeed(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return response;
}
