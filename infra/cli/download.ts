import { UserError } from "./user-error.ts";

export async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) throw new UserError(`Could not fetch ${url}: is this machine online?`);
  return Buffer.from(await response.arrayBuffer());
}
