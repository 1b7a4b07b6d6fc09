import type { Request, Response } from "express";
import type { StorageEngine } from "multer";
import { AppError, fieldError } from "../../domain/app-error.ts";
import { maxMediaBytes, maxMediaNameLength } from "../../domain/media.ts";
import { maxNotesBytes, requireParsable } from "../../domain/notes.ts";
import type { Slots } from "../../domain/slots.ts";
import { lineFault, tidyLine } from "../../domain/title.ts";
import { videoIdOf } from "../../domain/youtube.ts";
import type { ReceivedUpload } from "../../ports/object-store.ts";
import type { TitledProject } from "../../usecases/projects-by-title.ts";
import { receiveForm } from "../form.ts";
import { parse } from "../parse.ts";
import { deadlineOf, requesterOf } from "../requester.ts";
import { savedForm, savedMetadata } from "./metadata.ts";

/** For the notes, twice their size, and the rest of the form. */
const maxBodyBytes = maxMediaBytes + 2 * maxNotesBytes + 256 * 1024;
const limits = {
  fileSize: maxMediaBytes,
  parts: 16,
  fields: 8,
  fieldSize: maxNotesBytes,
  fieldNestingDepth: 1,
  fieldArrayIndexLimit: 1,
};
/** As bodies of JSON have it elsewhere. */
const maxMetadataLength = 64 * 1024;
/** How long a file may take after it has been received: it is read once more. nginx waits a little longer. */
const takingInMs = 600_000;
/** As browsers call a recording, whose file has no name. */
const unnamed = "blob";

interface Dependencies {
  readonly storage: StorageEngine;
  readonly discard: (id: string) => Promise<void>;
  /** Limits how many forms are received at a time. */
  readonly open: Slots;
}

/** Receives the form with which the client saves a project. Its file, if it has one, is in S3 when `receive` returns. */
export function uploadForms({ storage, discard, open }: Dependencies) {
  const tooLarge = () => fieldError("media_too_large", "mediaFile", `is larger than ${maxMediaBytes} bytes`);
  const rules = {
    ...{ storage, file: "mediaFile", limits, maxBodyBytes, tooLarge },
    nameCharset: "utf8", // as browsers send it
    nameless: unnamed,
  };

  /** What is to be saved. Of a form that it refuses nothing is left. Throws like `PictureForms.receive`. */
  async function receive(req: Request, res: Response): Promise<TitledProject> {
    const { signal, network } = requesterOf(req);
    signal.throwIfAborted(); // a form whose client is gone would never end
    const { hold, start } = deadlineOf(req);
    return open.hold(network, async () => {
      hold();
      req.once("end", () => start(takingInMs));
      await receiveForm(req, res, rules, discardFile);
      return wantedIn(req).catch(async (error: unknown) => {
        await discardFile(req);
        throw error;
      });
    });
  }

  async function discardFile(req: Request): Promise<void> {
    const file = fileOf(req);
    if (file) await discard(file.received.id);
  }

  async function wantedIn(req: Request): Promise<TitledProject> {
    const form = parse(savedForm, req.body);
    if (form.metadata.length > maxMetadataLength)
      throw fieldError("malformed_request", "metadata", "is too long");
    const { title, label = null, src } = parse(savedMetadata, json("metadata", form.metadata));
    requireParsable(Buffer.from(form.content));
    const notes = json("content", form.content);
    const file = fileOf(req);
    if (file?.received.bytes === 0) await discardFile(req);
    const isSent = file !== undefined && file.received.bytes > 0;
    const sent = isSent ? { ...file.received, name: nameOf(file, title) } : undefined;
    return { title, label, notes, videoId: src ? videoIdOf(src) : undefined, file: sent };
  }

  return { receive };
}

type ReceivedFile = Express.Multer.File & { received: ReceivedUpload };

function fileOf(req: Request): ReceivedFile | undefined {
  return req.file as ReceivedFile | undefined;
}

/** The file's own name, or that of the project if it has none that can be read. */
function nameOf({ originalname }: Express.Multer.File, title: string): string {
  const name = tidyLine(originalname);
  const isBroken = name === unnamed || name.includes("\u{fffd}");
  return isBroken || lineFault(name, maxMediaNameLength) !== undefined ? title : name;
}

function json(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("malformed_request", `${field} is no JSON`, {
      cause,
      faults: [{ field, message: "is no JSON" }],
    });
  }
}
