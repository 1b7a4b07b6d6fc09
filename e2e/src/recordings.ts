import type { Browser } from "playwright-core";
import type { PickedFile } from "./picked-file.ts";

const rate = 8_000;

/** A sound file of that many seconds: a quiet tone, which begins again each second. */
export function soundFile(name: string, seconds: number): PickedFile {
  const header = Buffer.alloc(44);
  const length = rate * seconds;
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(length, 40);
  const samples = Uint8Array.from({ length }, (_, at) => 128 + ((at % rate) / rate) * 8 * Math.sin(at / 3));
  return { name, mimeType: "audio/wav", buffer: Buffer.concat([header, samples]) };
}

/** A video of a second, as a browser records it: WebM that does not say how long it is. */
export async function recordedVideo(browser: Browser): Promise<PickedFile> {
  const page = await browser.newPage();
  try {
    const url = await page.evaluate(recordCanvas, 1_000);
    const buffer = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
    return { name: "board.webm", mimeType: "video/webm", buffer };
  } finally {
    await page.close();
  }
}

// Runs in the page, so it cannot use this file's scope. No named functions inside: a loader that names them would break it.
async function recordCanvas(lengthMs: number): Promise<string> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [160, 90];
  const context = canvas.getContext("2d")!;
  const parts: Blob[] = [];
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: "video/webm;codecs=vp8" });
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const timer = setInterval(() => {
    context.fillStyle = `hsl(${performance.now() / 10} 40% 40%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 50);
  await new Promise((resolve) => {
    recorder.addEventListener("stop", resolve);
    recorder.start();
    setTimeout(() => recorder.stop(), lengthMs);
  });
  clearInterval(timer);
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.readAsDataURL(new Blob(parts, { type: "video/webm" }));
  });
}
