import sharp from "sharp";

/** A whole PNG of one pixel. */
export const onePixelPng = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/** As many bytes as the type is detected by, padded to `bytes`. */
function beginning(start: string, bytes = 200): Buffer {
  const image = Buffer.alloc(bytes);
  image.write(start, "latin1");
  return image;
}

export const pngOf = (bytes: number) => beginning(onePixelPng.toString("latin1"), bytes);

/** A picture of that many pixels with recognizable content: a gradient from black to red, and a blue corner. */
export function picture(width: number, height: number): sharp.Sharp {
  const raw = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) raw[(y * width + x) * 3] = Math.round((255 * x) / width);
  }
  for (let y = 0; y < height / 4; y += 1) {
    for (let x = 0; x < width / 4; x += 1) raw[(y * width + x) * 3 + 2] = 255;
  }
  return sharp(raw, { raw: { width, height, channels: 3 } });
}

/** What is accepted, by media type. */
export const accepted: Record<string, Buffer> = {
  "image/png": onePixelPng,
  "image/jpeg": await picture(64, 48).jpeg().toBuffer(),
  "image/gif": await picture(64, 48).gif().toBuffer(),
  "image/webp": await picture(64, 48).webp().toBuffer(),
  "image/avif": await picture(64, 48).avif({ effort: 0 }).toBuffer(),
};

/** Only the beginning of each type: enough to be detected, not enough to be decoded. */
export const beginnings: Record<string, Buffer> = {
  "image/png": beginning(onePixelPng.toString("latin1", 0, 40)),
  "image/jpeg": beginning("\xff\xd8\xff\xe0\0\x10JFIF\0"),
  "image/gif": beginning("GIF89a\x01\0\x01\0"),
  "image/webp": beginning("RIFF\xc0\0\0\0WEBPVP8 "),
  "image/avif": beginning("\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"),
};

/** Refused whatever their label. */
export const refused: Record<string, Buffer> = {
  SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  HTML: Buffer.from("<!doctype html><script>alert(1)</script>"),
  PDF: Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
  DOCX: beginning("PK\x03\x04\x14\0\x06\0"),
  TXT: Buffer.from("GIF8"),
  EXE: beginning("MZ\x90\0\x03\0\0\0"),
  MP4: beginning("\0\0\0\x18ftypisom\0\0\x02\0isomavc1"),
  "a minor version that spells avif": beginning("\0\0\0\x14ftypisomavifisom"),
};
