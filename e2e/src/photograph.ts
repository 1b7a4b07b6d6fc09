import type { Browser } from "playwright-core";
import type { PickedFile } from "./picked-file.ts";

/** A JPEG like a camera's: soft shapes, light, grain. The browser itself draws and encodes it. */
export async function photograph(browser: Browser): Promise<PickedFile> {
  const page = await browser.newPage();
  try {
    const url = await page.evaluate(drawHills, { width: 1200, height: 1500 });
    const buffer = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
    return { name: "hills.jpg", mimeType: "image/jpeg", buffer };
  } finally {
    await page.close();
  }
}

// Runs in the page, so it cannot use this file's scope. No functions inside: a loader that names functions would break it.
function drawHills({ width, height }: { width: number; height: number }): string {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d")!;

  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, "#31506b");
  sky.addColorStop(0.45, "#d9a679");
  sky.addColorStop(0.6, "#f4d7a8");
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);

  context.filter = "blur(6px)";
  context.fillStyle = "#fff3d6";
  context.beginPath();
  context.arc(width * 0.68, height * 0.4, width * 0.07, 0, 2 * Math.PI);
  context.fill();

  for (const [index, color] of ["#8f7f86", "#5d5a63", "#37393b", "#1d1f1c"].entries()) {
    context.filter = `blur(${4 - index}px)`;
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 4) {
      const ridge = Math.sin(x / (260 - 40 * index) + 2 * index) + 0.35 * Math.sin(x / 61 + index);
      context.lineTo(x, height * (0.52 + 0.11 * index) - 60 * ridge);
    }
    context.lineTo(width, height);
    context.fill();
  }

  const grain = context.getImageData(0, 0, width, height);
  let seed = 1;
  for (let at = 0; at < grain.data.length; at += 4) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const noise = (seed / 2 ** 32 - 0.5) * 18;
    for (let channel = at; channel < at + 3; channel += 1) grain.data[channel]! += noise;
  }
  context.putImageData(grain, 0, 0);
  return canvas.toDataURL("image/jpeg", 0.9);
}
