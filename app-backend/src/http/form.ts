import type { Writable } from "node:stream";
import type { Request, Response } from "express";
import multer, { MulterError, type StorageEngine } from "multer";
import { AppError, fieldError } from "../domain/app-error.ts";
import { requesterOf } from "./requester.ts";

// Options of multer 2.3 that its types lack.
type Options = multer.Options & {
  streamHandler: (req: Request, form: Writable) => void;
  defParamCharset: string;
};

/** A form with fields and at most one file. */
export interface FormRules {
  readonly storage: StorageEngine;
  /** Name of the file's part. */
  readonly file: string;
  readonly limits: NonNullable<multer.Options["limits"]>;
  readonly maxBodyBytes: number;
  readonly tooLarge: (field: string) => AppError;
  /** Called with the fields that came before the file; what it throws refuses the form before any of the file is stored. */
  readonly admit?: (req: Request) => void;
  /** How names of files are encoded. @default - latin1 */
  readonly nameCharset?: string;
  /** The name of a file that has none. @default - such a file is ignored */
  readonly nameless?: string;
}

/**
 * Receives a multipart form: its fields are in `req.body` then, its file in `req.file`. Throws what is wrong with it, or the
 * reason of the request's signal; `discardLate` is called if a file was stored only after that.
 */
export function receiveForm(
  req: Request,
  res: Response,
  rules: FormRules,
  discardLate: (req: Request) => Promise<void>,
): Promise<void> {
  const { storage, file, limits, maxBodyBytes, tooLarge, admit, nameCharset = "latin1", nameless } = rules;
  if (Number(req.headers["content-length"]) > maxBodyBytes) throw tooLarge(file);
  const { signal } = requesterOf(req);
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    const options: Options = {
      storage,
      limits,
      fileFilter: (_req, _file, done) => filter(req, admit, done),
      streamHandler: (_req, form) => {
        if (nameless !== undefined) nameFiles(form, nameless);
        feed(req, form, { maxBodyBytes, tooLarge: tooLarge(file), reject });
      },
      defParamCharset: nameCharset,
    };
    const upload = multer(options).single(file);
    upload(req, res, (error?: unknown) => {
      if (error) return reject(formError(error, tooLarge));
      // No request waits for it.
      if (signal.aborted) return void discardLate(req);
      resolve();
    });
  });
}

function filter(req: Request, admit: FormRules["admit"], done: multer.FileFilterCallback): void {
  try {
    admit?.(req);
    done(null, true);
  } catch (error) {
    done(error as AppError);
  }
}

/** multer drops files without a name: they get one before it sees them. */
function nameFiles(form: Writable, name: string): void {
  const emit = form.emit.bind(form);
  form.emit = (event: string, ...facts: unknown[]) => {
    const [field, content, { filename, ...rest } = {}] = facts as [string, unknown, { filename?: string }?];
    return event === "file"
      ? emit(event, field, content, { ...rest, filename: filename || name })
      : emit(event, ...facts);
  };
}

interface Feed {
  readonly maxBodyBytes: number;
  readonly tooLarge: AppError;
  readonly reject: (error: AppError) => void;
}

/**
 * Pipes the body to the form's parser, up to the largest valid form: multer reads a refused file to its end before it
 * reports the error. Destroying the parser makes multer remove what it has stored.
 */
function feed(req: Request, form: Writable, { maxBodyBytes, tooLarge, reject }: Feed): void {
  let bytes = 0;
  req.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes || form.destroyed) return;
    form.destroy(tooLarge);
    reject(tooLarge);
  });
  req.pipe(form);
}

function formError(error: unknown, tooLarge: FormRules["tooLarge"]): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof MulterError) return multerError(error, tooLarge);
  // busboy reports a malformed form, or a client that is gone, with a plain Error. Any subclass is a bug.
  const isBare = error instanceof Error && error.constructor === Error;
  return isBare
    ? new AppError("malformed_request", `form is broken: ${error.message}`, { cause: error })
    : error;
}

function multerError(error: MulterError, tooLarge: FormRules["tooLarge"]): AppError {
  const field = error.field ?? "";
  if (error.code === "LIMIT_FILE_SIZE") return tooLarge(field);
  return fieldError("malformed_request", field, error.message.toLowerCase());
}
