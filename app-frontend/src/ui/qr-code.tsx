import { encode } from "uqr";

/** CSS pixels of a module; a long text has more modules than a phone is wide, and shrinks. */
const modulePx = 5;
const quietZone = 4; // ISO/IEC 18004

/** A QR code of SVG elements: the content policy allows no `data:` image. Dark on light in any scheme, as readers expect. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { boostEcc: true, border: quietZone });
  return (
    <svg
      className="qr-code"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width={size * modulePx}
      height={size * modulePx}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={data.map(rowPath).join("")} fill="#000" />
    </svg>
  );
}

/** A rectangle for each dark module of row `y`. */
function rowPath(row: readonly boolean[], y: number): string {
  return row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")).join("");
}
