import type { RequestHandler } from "express";

/** The minimum average rate of a sender after a first pause. */
const leastBytesPerSecond = 1024;
const graceMs = 10_000;
const lookEveryMs = 1_000;

/**
 * Closes connections whose body arrives so slowly that the only purpose can be to occupy them. nginx times only the gap
 * between two packets, so an occasional byte would hold one for hours; a picture over a slow connection still passes.
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
