import { afterEach, expect, it } from "@jest/globals";
import { createElement } from "react";
import decodeQR from "qr/decode.js";
import { show } from "../browser/page.ts";
import { QrCode } from "../../src/ui/qr-code.tsx";

let page: Awaited<ReturnType<typeof show>>;
afterEach(() => page.close());

const pixels = 4;

/** What a reader sees: the modules of the path as an image. */
function image(svg: SVGSVGElement) {
  const size = Number(svg.getAttribute("viewBox")!.split(" ")[2]);
  const width = size * pixels;
  const data = new Uint8Array(width * width * 4).fill(255);
  const path = svg.querySelector("path")!.getAttribute("d")!;
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let row = 0; row < pixels; row += 1) {
      const start = ((Number(y) * pixels + row) * width + Number(x) * pixels) * 4;
      for (let at = start; at < start + pixels * 4; at += 4) data.fill(0, at, at + 3);
    }
  return { width, height: width, data };
}

const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const uri = (email: string) =>
  `otpauth://totp/Tintype:${encodeURIComponent(email)}?secret=${secret}&issuer=Tintype`;

it.each([
  "ada@example.com",
  "a+b:c%d@example.com",
  "jörg.müßig@bücher.example",
  `${"ä".repeat(64)}@${"b".repeat(185)}.com`,
])("MFA-19 is read back as it was written, without an image: %s", async (email) => {
  page = await show(createElement(QrCode, { text: uri(email), label: "QR code" }));
  const svg = document.querySelector("svg")!;
  expect(decodeQR(image(svg))).toBe(uri(email));
  expect(svg.getAttribute("aria-label")).toBe("QR code");
  expect(document.body.innerHTML).not.toMatch(/data:|<img|style=/);
});
