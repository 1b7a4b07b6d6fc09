import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import { AppError } from "../../domain/app-error.ts";
import { byteRangeOf } from "../../domain/byte-range.ts";
import { digestIn } from "../../domain/object-key.ts";
import type { UsedMedia } from "../../domain/project.ts";
import type { Slots } from "../../domain/slots.ts";
import { etagOf } from "../../domain/revision.ts";
import type { MediaUseCases } from "../../usecases/media.ts";
import { deadlineOf, requesterOf } from "../requester.ts";

interface Dependencies {
  readonly read: MediaUseCases["read"];
  /** Limits how many files are sent at a time. */
  readonly open: Slots;
}

/**
 * Sends media, or the part of it that is asked for (RFC 9110 section 14). A page that is opened from it is downloaded, and
 * runs nothing; players ignore that. Throws `not_found` if its object is missing.
 */
export function mediaSender({ read, open }: Dependencies) {
  return async (req: Request, res: Response, media: UsedMedia): Promise<void> => {
    const { bytes: size, contentType } = media;
    const etag = etagOf(digestIn(media.objectKey)!);
    const description = { "accept-ranges": "bytes", etag, "content-disposition": "attachment" };
    res.set({ ...description, "content-type": contentType });
    if (req.method === "HEAD") return void res.set("content-length", String(size)).end();

    const isSame = [undefined, etag].includes(req.headers["if-range"] as string | undefined);
    const range = isSame ? byteRangeOf(req.headers.range, size) : undefined;
    if (range === "none") {
      res.removeHeader("content-disposition");
      res.status(416).set("content-range", `bytes */${size}`).type("text/plain");
      return void res.send("The file has no such bytes");
    }
    const { first, last } = range ?? { first: 0, last: size - 1 };
    const { signal, network } = requesterOf(req);
    await open.hold(network, async () => {
      deadlineOf(req).hold(); // players read at their own pace
      const parts = read(media, { first, last }, signal);
      const head = await parts.next();
      if (head.done) throw new AppError("not_found", "media is missing from the bucket");
      if (range) res.status(206).set("content-range", `bytes ${first}-${last}/${size}`);
      res.set("content-length", String(last - first + 1));
      await pipeline(Readable.from(all(head.value, parts), { objectMode: false }), res).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error; // otherwise the client is gone
        },
      );
    });
  };
}

async function* all(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}
