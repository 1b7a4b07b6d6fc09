import { createServer } from "node:http";
import { document, keepAliveTimeoutMs } from "./parts/document.ts";

const text = JSON.stringify(document);
const server = createServer((_req, res) => {
  res.setHeader("content-type", "application/json");
  res.setHeader("content-length", Buffer.byteLength(text));
  res.end(text);
});
server.keepAliveTimeout = keepAliveTimeoutMs;
server.listen(Number(process.env["PORT"]));
