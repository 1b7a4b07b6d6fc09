import { createHash } from "node:crypto";
import { Failure } from "./failure.ts";

export async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) throw new Failure(`Could not fetch ${url}: is this machine online?`);
  return Buffer.from(await response.arrayBuffer());
}

/** As hexadecimal digits. */
export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
