import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { productName } from "./src/product.ts";

const server = {
  host: "localhost",
  port: Number(process.env["PORT"] ?? 5173),
  proxy: {
    // The API checks the Origin against the Host, so the Host stays the page's own.
    "/api": { target: process.env["API_ORIGIN"] ?? "http://localhost:3000", changeOrigin: false },
  },
};

export default defineConfig({
  plugins: [react(), nameInHtml(), gzipBeside()],
  server,
  preview: server,
  build: {
    target: "es2022",
    // An inlined asset is a data: URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

function nameInHtml(): Plugin {
  return {
    name: "name-in-html",
    transformIndexHtml: (html) => html.replaceAll("%PRODUCT_NAME%", productName),
  };
}

/** Writes `file.gz` beside every text file of the build, for nginx's `gzip_static`. */
function gzipBeside(): Plugin {
  return {
    name: "gzip-beside",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      const texts = Object.values(bundle).filter((file) => /\.(html|js|css|svg)$/.test(file.fileName));
      await Promise.all(
        texts.map((file) =>
          writeFile(join(dir, `${file.fileName}.gz`), gzip("code" in file ? file.code : file.source)),
        ),
      );
    },
  };
}

function gzip(content: string | Uint8Array): Uint8Array {
  const zipped = gzipSync(content, { level: 9 });
  zipped[9] = 255; // RFC 1952: operating system unknown, so that every machine writes the same bytes
  return zipped;
}
