/** The beginnings, or all, of files of each type; what follows is data that nothing looks at. */

const ascii = (text: string) => Buffer.from(text, "latin1");
const filler = (bytes: number) => Buffer.alloc(bytes, 0xab);

/** A box of MP4. */
export function box(name: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(name, 4, "latin1");
  return Buffer.concat([head, body]);
}

/** A box whose size is in 64 bits. */
export function longBox(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(name, 4, "latin1");
  head.writeBigUInt64BE(BigInt(16 + content.length), 8);
  return Buffer.concat([head, content]);
}

const track = (handler: string) =>
  box(
    "trak",
    box("tkhd", filler(84)),
    box("mdia", box("mdhd", filler(24)), box("hdlr", filler(8), ascii(handler), filler(13)), box("minf")),
  );
export const moov = (...handlers: string[]) => box("moov", box("mvhd", filler(100)), ...handlers.map(track));
export const ftyp = (brand: string) => box("ftyp", ascii(brand), Buffer.alloc(4), ascii("isom"));
export const mdat = (bytes = 10_000) => box("mdat", filler(bytes));

/** An element of EBML; its size is written in one byte, or in eight. */
export function element(id: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length) | 0x0100000000000000n);
  const short = body.length < 127 ? Buffer.of(0x80 | body.length) : size;
  return Buffer.concat([idBytes(id), short, body]);
}

const idBytes = (id: number) => Buffer.from(id.toString(16), "hex");
const unknownSize = Buffer.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** As a browser records: neither the segment's size nor that of its clusters is known. */
export function recording(docType: string, ...types: number[]): Buffer {
  const header = element(0x1a45dfa3, element(0x4286, Buffer.of(1)), element(0x4282, ascii(docType)));
  const entries = types.map((type) =>
    element(0xae, element(0xd7, Buffer.of(1)), element(0x83, Buffer.of(type))),
  );
  const segment = [element(0x1549a966, filler(200)), element(0x1654ae6b, ...entries)];
  const cluster = Buffer.concat([idBytes(0x1f43b675), unknownSize, filler(9_000)]);
  return Buffer.concat([header, idBytes(0x18538067), unknownSize, ...segment, cluster]);
}

/** Frames of 128 kbit/s at 44.1 kHz, each of 417 bytes. */
export const mpegFrames = (count: number) =>
  Buffer.concat(
    Array.from({ length: count }, () => Buffer.concat([Buffer.of(0xff, 0xfb, 0x90, 0x64), filler(413)])),
  );

/** A tag of ID3v2 with that much in it. */
export function tagged(bytes: number, sound: Buffer): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 0x7f);
  return Buffer.concat([ascii("ID3"), Buffer.of(4, 0, 0, ...size), filler(bytes), sound]);
}

/** Frames of AAC, each of 200 bytes. */
export const adtsFrames = (count: number) =>
  Buffer.concat(
    Array.from({ length: count }, () =>
      Buffer.concat([Buffer.of(0xff, 0xf1, 0x50, 0x80, 25, 0x1f, 0xfc), filler(193)]),
    ),
  );

/** A first page of Ogg with one packet. */
export function oggPage(packet: Buffer, flags = 2): Buffer {
  const head = Buffer.alloc(28);
  head.write("OggS", "latin1");
  head[5] = flags;
  head[26] = 1;
  head[27] = packet.length;
  return Buffer.concat([head, packet]);
}

const ogg = (...codecs: string[]) =>
  Buffer.concat([...codecs.map((codec) => oggPage(ascii(codec + "\0\0\0\0\0\0"))), filler(500)]);
const riff = (form: string) =>
  Buffer.concat([ascii("RIFF"), filler(4), ascii(form), ascii("fmt "), filler(40)]);

export const acceptedMedia: Readonly<
  Record<string, readonly [contentType: string, extension: string, bytes: Buffer]>
> = {
  "an MP3 without a tag": ["audio/mpeg", "mp3", mpegFrames(4)],
  "an MP3 with a cover of 5 MB": ["audio/mpeg", "mp3", tagged(5_000_000, mpegFrames(4))],
  "an MP3 with two tags and padding": [
    "audio/mpeg",
    "mp3",
    tagged(30, tagged(20, Buffer.concat([Buffer.alloc(50), mpegFrames(4)]))),
  ],
  AAC: ["audio/aac", "aac", adtsFrames(4)],
  "AAC with a tag": ["audio/aac", "aac", tagged(100, adtsFrames(4))],
  "an M4A of brand isom": ["audio/mp4", "m4a", Buffer.concat([ftyp("isom"), mdat(), moov("soun")])],
  "an M4A of its own brand": [
    "audio/mp4",
    "m4a",
    Buffer.concat([ftyp("M4A "), moov("soun", "text"), mdat()]),
  ],
  "an MP4 with its tracks at the end": [
    "video/mp4",
    "mp4",
    Buffer.concat([ftyp("mp42"), mdat(300_000), moov("soun", "vide")]),
  ],
  "an MP4 with a box of 64 bits": [
    "video/mp4",
    "mp4",
    Buffer.concat([ftyp("mp42"), longBox("mdat", filler(9_000)), moov("vide")]),
  ],
  "a MOV that begins with wide": [
    "video/quicktime",
    "mov",
    Buffer.concat([box("wide"), mdat(), moov("vide", "soun")]),
  ],
  "a MOV that begins with mdat": ["video/quicktime", "mov", Buffer.concat([mdat(), moov("vide")])],
  "a MOV that begins with moov": ["video/quicktime", "mov", Buffer.concat([moov("vide"), mdat()])],
  "a MOV with a brand": ["video/quicktime", "mov", Buffer.concat([ftyp("qt  "), mdat(), moov("vide")])],
  "a WebM of sound": ["audio/webm", "weba", recording("webm", 2)],
  "a WebM of pictures and sound": ["video/webm", "webm", recording("webm", 1, 2)],
  "an MKV of sound": ["audio/x-matroska", "mka", recording("matroska", 2)],
  "an MKV of pictures": ["video/x-matroska", "mkv", recording("matroska", 1)],
  "an Ogg of Opus": ["audio/ogg", "ogg", ogg("OpusHead")],
  "an Ogg of Vorbis": ["audio/ogg", "ogg", ogg("\x01vorbis")],
  "an Ogg of Theora and Vorbis": ["video/ogg", "ogv", ogg("\x80theora", "\x01vorbis")],
  "a WAV": ["audio/wav", "wav", riff("WAVE")],
  "a FLAC": ["audio/flac", "flac", Buffer.concat([ascii("fLaC"), Buffer.of(0, 0, 0, 34), filler(34)])],
  "a PDF": ["application/pdf", "pdf", ascii("%PDF-1.7\n%âãÏÓ\n")],
  "a PDF after a line": ["application/pdf", "pdf", ascii("\r\njunk\r\n%PDF-1.4\n")],
};

export const refusedMedia: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.alloc(0),
  HTML: ascii("<!doctype html><script>alert(1)</script>"),
  "HTML after blanks with a PDF in it": ascii("\n \t<html>%PDF-1.7"),
  "HTML after a byte order mark with a PDF in it": ascii("\xef\xbb\xbf<html>%PDF-1.7"),
  SVG: ascii('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  XML: ascii('<?xml version="1.0"?><a/>'),
  "HTML behind an ID3 tag": tagged(20, ascii("<!doctype html><script>alert(1)</script>".repeat(40))),
  "an ID3 tag alone": tagged(20, Buffer.alloc(0)),
  "a tag that is longer than the file": tagged(20, mpegFrames(4)).fill(0x7f, 6, 10),
  "one frame of MP3 before text": Buffer.concat([mpegFrames(1), ascii("<html>".repeat(100))]),
  "a HEIC": Buffer.concat([ftyp("heic"), box("meta", filler(400)), mdat()]),
  "an AVIF sequence": Buffer.concat([ftyp("avis"), moov("pict"), mdat()]),
  "an MP4 that is cut off before its tracks": Buffer.concat([ftyp("mp42"), mdat()]),
  "an MP4 of text": Buffer.concat([ftyp("mp42"), moov("text"), mdat()]),
  "an MP4 whose box is smaller than its header": Buffer.concat([
    ftyp("mp42"),
    Buffer.of(0, 0, 0, 3),
    ascii("moov"),
    moov("vide"),
  ]),
  "an MP4 of boxes within boxes that lie about their size": box(
    "moov",
    box("trak", Buffer.of(0xff, 0xff, 0xff, 0xff), ascii("mdia"), filler(40)),
  ),
  "a WebM of subtitles": recording("webm", 17),
  "EBML of another kind": recording("other", 1),
  "EBML of a kind that every object has": recording("constructor", 1),
  "an Ogg of something else": ogg("fishead\0"),
  "a RIFF of something else": riff("WEBP"),
  "a PNG": ascii("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
  zeros: Buffer.alloc(20_000),
  text: ascii("a lecture ".repeat(1000)),
};
