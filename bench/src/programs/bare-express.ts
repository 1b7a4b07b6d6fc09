import express from "express";
import { document, keepAliveTimeoutMs } from "./parts/document.ts";

const app = express();
app.get("/", (_req, res) => {
  res.json(document);
});
const server = app.listen(Number(process.env["PORT"]));
server.keepAliveTimeout = keepAliveTimeoutMs;
