import { createHmac } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Page } from "playwright-core";
import decodeQR from "qr/decode.js";
import sharp from "sharp";

const stepMs = 30_000;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648

export interface Authenticator {
  readonly uri: string;
  /** A code that was not used yet. May wait for up to a step of time. */
  next(): Promise<string>;
}

/** An authenticator app that reads the QR code from the screen. */
export async function authenticatorOf(page: Page): Promise<Authenticator> {
  const uri = await readQrCode(page);
  const secret = new URL(uri).searchParams.get("secret") ?? "";
  let last = 0;
  return {
    uri,
    async next() {
      last = Math.max(last + 1, Math.floor(Date.now() / stepMs));
      const acceptedAt = (last - 1) * stepMs; // a server takes the code of the next step too
      await setTimeout(Math.max(0, acceptedAt - Date.now()));
      return totp(secret, last);
    },
  };
}

/** The text of the QR code as the screen shows it. */
export async function readQrCode(page: Page): Promise<string> {
  const screenshot = await page.locator(".qr-code").screenshot();
  const { data, info } = await sharp(screenshot).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return decodeQR({ width: info.width, height: info.height, data });
}

/** RFC 6238 with SHA-1 and 6 digits. */
function totp(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", bytesOf(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function bytesOf(base32: string): Buffer {
  const bits = [...base32].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
