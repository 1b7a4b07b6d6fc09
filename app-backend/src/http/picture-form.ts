import type { Request, Response } from "express";
import type { StorageEngine } from "multer";
import type { z } from "zod";
import { AppError, fieldError } from "../domain/app-error.ts";
import { maxImageBytes } from "../domain/image-type.ts";
import type { Slots } from "../domain/slots.ts";
import type { IncomingPicture } from "../ports/object-store.ts";
import { receiveForm } from "./form.ts";
import { parse } from "./parse.ts";
import { deadlineOf, requesterOf } from "./requester.ts";

const maxBodyBytes = maxImageBytes + 256 * 1024; // for the rest of the form
const limits = { fileSize: maxImageBytes, parts: 32, fields: 16, fieldSize: 8 * 1024, fieldNestingDepth: 1 };

interface Dependencies {
  readonly storage: StorageEngine;
  readonly discard: (key: string) => Promise<void>;
  /** Limits how many forms are received at a time. */
  readonly open: Slots;
}

export type PictureForms = Pick<ReturnType<typeof pictureForms>, "receive">;

/** Refuses all forms: a function gets at most 6 MB, of which base64 leaves 4.5 MB for a picture. */
export function noForms(): PictureForms {
  return {
    async receive(req) {
      const way = `as JSON with the token of an upload, which POST ${req.baseUrl}${req.path}/upload returns`;
      throw fieldError("json_required", "image", `is only taken ${way}`);
    },
  };
}

/** Receives multipart forms with fields and one file `image`, which is in S3 when `receive` returns. */
export function pictureForms({ storage, discard, open }: Dependencies) {
  /**
   * The parsed fields and the stored picture. What it refuses, it removes. Throws `unavailable` or `too_many_requests` if
   * too many forms are being received. The request's deadline restarts when its body has ended.
   */
  async function receive<Schema extends z.ZodObject>(req: Request, res: Response, schema: Schema) {
    const { signal, network } = requesterOf(req);
    signal.throwIfAborted(); // a form whose client is gone would never end
    const { hold, start } = deadlineOf(req);
    return open.hold(network, async () => {
      hold();
      req.once("end", () => start());
      return received(req, res, schema);
    });
  }

  async function received<Schema extends z.ZodObject>(req: Request, res: Response, schema: Schema) {
    await store(req, res, schema);
    const picture = pictureOf(req);
    try {
      const fields = parse(schema, req.body);
      if (!picture) throw fieldError("malformed_request", "image", "is missing");
      return { fields, picture };
    } catch (error) {
      if (picture) await discard(picture.key);
      throw error;
    }
  }

  function store(req: Request, res: Response, schema: z.ZodObject): Promise<void> {
    const admit = () => admitFields(req, schema);
    return receiveForm(
      req,
      res,
      { storage, file: "image", limits, maxBodyBytes, tooLarge, admit },
      discardLate,
    );
  }

  async function discardLate(req: Request): Promise<void> {
    const picture = pictureOf(req);
    if (picture) await discard(picture.key);
  }

  return { receive };
}

function pictureOf(req: Request): IncomingPicture | undefined {
  return (req.file as (Express.Multer.File & { incoming: IncomingPicture }) | undefined)?.incoming;
}

/** Fields before the file are validated before any of the file is stored. */
function admitFields(req: Request, schema: z.ZodObject): void {
  if (Object.keys(schema.shape).every((field) => field in req.body)) parse(schema, req.body);
}

function tooLarge(field: string): AppError {
  return fieldError("image_too_large", field, `is larger than ${maxImageBytes} bytes`);
}
