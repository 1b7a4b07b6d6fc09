import { crc32, deflateSync } from "node:zlib";

/** Letters and digits of 5 by 7 dots: a byte for each row, from the top. */
const glyphs = new Map(
  `
  a0e11111f111111 b1e11111e11111e c0e11101010110e d1e11111111111e e1f10101e10101f f1f10101e101010 g0e11101711110f
  h1111111f111111 i0e04040404040e j0702020202120c k11121418141211 l1010101010101f m111b1515111111 n11111915131111
  o0e11111111110e p1e11111e101010 q0e11111115120d r1e11111e141211 s0f10100e01011e t1f040404040404 u1111111111110e
  v11111111110a04 w11111115151b11 x11110a040a1111 y11110a04040404 z1f01020408101f 00e11131519110e 1040c040404040e
  20e11010204081f 31f02040201110e 402060a121f0202 51f101e0101110e 60608101e11110e 71f010204080808 80e11110e11110e
  90e11110f01020c
  `
    .trim()
    .split(/\s+/)
    .map((glyph) => [glyph[0], glyph.slice(1)]),
);
const disc = "000e1f1f1f0e00";
const white = [255, 255, 255];
const colors = [
  [0x1f, 0x4e, 0x79],
  [0x7a, 0x2e, 0x5d],
  [0x2e, 0x6b, 0x3f],
  [0x8a, 0x4b, 0x12],
  [0x4a, 0x3f, 0x8f],
  [0x8c, 0x2f, 0x2f],
];
const [columns, rows, dot] = [11, 11, 16]; // with a margin around the glyph
const [width, height] = [columns * dot, rows * dot];

/** A picture for an account that has sent none: the first letter of its address, as a PNG. */
export function initialPicture(email: string): Buffer {
  const letter = /[a-z\d]/.exec(email.toLowerCase().split("@")[0] ?? "")?.[0] ?? "";
  const glyph = Buffer.from(glyphs.get(letter) ?? disc, "hex");
  const isLit = (column: number, row: number) =>
    ((glyph[row - 2] ?? 0) & (1 << (columns - 4 - column))) !== 0;
  const lines = Array.from({ length: height }, (_, y) => {
    const dots = Array.from({ length: columns }, (_dot, column) => isLit(column, Math.floor(y / dot)));
    return Buffer.from([0, ...dots.flatMap((lit) => Array.from({ length: dot }, () => (lit ? 1 : 0)))]);
  });
  const sum = [...Buffer.from(email)].reduce((total, byte) => total + byte, 0);
  const header = Buffer.from([...u32(width), ...u32(height), 8, 3, 0, 0, 0]); // 8 bits for each dot, from a palette
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from([...colors[sum % colors.length]!, ...white])),
    chunk("IDAT", deflateSync(Buffer.concat(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([u32(data.length), typed, u32(crc32(typed))]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
