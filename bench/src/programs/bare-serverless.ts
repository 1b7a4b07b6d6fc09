import express from "express";
import serverlessHttp from "serverless-http";
import { document } from "./parts/document.ts";

const app = express();
app.get("/", (_req, res) => {
  res.json(document);
});

export const handler = serverlessHttp(app);
