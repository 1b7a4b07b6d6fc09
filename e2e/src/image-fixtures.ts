import sharp, { type Sharp } from "sharp";
import type { PickedFile } from "./picked-file.ts";

/** A gradient of that size, which compresses well. */
function slope(width: number, height: number): Sharp {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="a" x2="1" y2="1"><stop stop-color="#31506b"/><stop offset="1" stop-color="#f4d7a8"/></linearGradient>
    <rect width="100%" height="100%" fill="url(#a)"/></svg>`;
  return sharp(Buffer.from(svg), { limitInputPixels: false }).removeAlpha();
}

function file(name: string, mimeType: string, buffer: Buffer): PickedFile {
  return { name, mimeType, buffer };
}

/** Nine photographs of different formats and features. */
export async function photographs(): Promise<PickedFile[]> {
  const place = { IFD0: { Make: "Phone" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 30/1 0/1" } };
  const phone = slope(1600, 1200).withExif(place).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const clear = { create: { width: 600, height: 400, channels: 4, background: "#31506b80" } } as const;
  const frames = [slope(200, 150).negate(), slope(200, 150), slope(200, 150).flop()];
  const film = Promise.all(frames.map((frame) => frame.png().toBuffer()));
  const plain = (width: number) => slope(width, 600).jpeg({ quality: 70 }).toBuffer();
  return [
    file("phone.jpg", "image/jpeg", await phone),
    file("clear.png", "image/png", await sharp(clear).png().toBuffer()),
    file(
      "film.gif",
      "image/gif",
      await sharp(await film, { join: { animated: true } })
        .gif()
        .toBuffer(),
    ),
    file("web.webp", "image/webp", await slope(900, 600).webp().toBuffer()),
    file("new.avif", "image/avif", await slope(640, 480).avif({ effort: 1 }).toBuffer()),
    file("large.jpg", "image/jpeg", await slope(8660, 5773).jpeg({ quality: 50 }).toBuffer()),
    file("first.jpg", "image/jpeg", await plain(800)),
    file("second.jpg", "image/jpeg", await plain(801)),
    file("third.jpg", "image/jpeg", await plain(802)),
  ];
}

/** A photograph of which only the first half arrived. */
export async function brokenPhotograph(): Promise<PickedFile> {
  const whole = await slope(900, 600).jpeg().toBuffer();
  return file("broken.jpg", "image/jpeg", whole.subarray(0, whole.length / 2));
}
