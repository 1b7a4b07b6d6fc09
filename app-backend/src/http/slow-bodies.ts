import type { RequestHandler } from "express";

/** The least that a sender has to send, on average, once it has had time to begin. */
const leastBytesPerSecond = 1024;
const graceMs = 10_000;
const lookEveryMs = 1_000;

/**
 * Hangs up on who sends a body so slowly that it can only be meant to keep the connection. nginx times the gaps between
 * two packets, so a byte now and then would hold it for hours; over a slow line a picture still gets through.
 */
export function refuseSlowBodies(): RequestHandler {
  return (req, _res, next) => {
    const { "content-length": length, "transfer-encoding": encoding } = req.headers;
    if (length === undefined && encoding === undefined) return next();
    const startedAt = performance.now();
    const { socket } = req;
    const before = socket.bytesRead;
    const watch = setInterval(() => {
      const ms = performance.now() - startedAt;
      if (req.complete || ms < graceMs) return;
      if (((socket.bytesRead - before) / ms) * 1000 < leastBytesPerSecond) socket.destroy();
    }, lookEveryMs);
    watch.unref();
    for (const event of ["end", "close"]) req.once(event, () => clearInterval(watch));
    next();
  };
}
