import { randomUUID } from "node:crypto";
import { type RequestListener, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { answerHeaders } from "../http/answer-headers.ts";
import { problemOf } from "../http/contract/problem.ts";

/** Answers malformed HTTP with a problem document; Node's own response has neither headers nor a body. */
export function refuseUnreadable(server: Server): void {
  const answering = new WeakSet<Socket>();
  const note: RequestListener = ({ socket }, res) => {
    answering.add(socket);
    res.once("close", () => answering.delete(socket));
  };
  server.on("request", note);
  server.on("clientError", (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    // In the middle of another response these bytes would become part of it.
    const isMute = !socket.writable || answering.has(socket) || error.code === "ECONNRESET";
    if (isMute || error.code === "ERR_HTTP_REQUEST_TIMEOUT") return void socket.destroy();
    socket.end(answer(error.code === "HPE_HEADER_OVERFLOW" ? "headers_too_large" : "malformed_request"));
  });
}

function answer(code: "headers_too_large" | "malformed_request"): string {
  const requestId = randomUUID();
  const problem = problemOf(code, requestId);
  const body = JSON.stringify(problem);
  const headers = {
    ...answerHeaders,
    "x-request-id": requestId,
    "content-type": "application/problem+json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join("")}\r\n${body}`;
}
