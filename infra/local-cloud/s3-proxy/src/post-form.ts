import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";

/** A browser's upload form: its fields (names in lower case), then its file. */
export interface PostForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Buffer;
}

/** Whether this is the upload of https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html. */
export function isPostForm(request: S3Request): boolean {
  const contentType = request.headers.get("content-type") ?? "";
  return request.method === "POST" && /^multipart\/form-data\b/i.test(contentType);
}

/** Takes the form apart. Fields after the file are ignored, as S3 does. */
export async function parsePostForm(request: S3Request, body: Buffer): Promise<PostForm> {
  const fields = new Map<string, string>();
  for (const [name, value] of await entries(request, body)) {
    const field = name.toLowerCase();
    if (field === "file") return { fields: withFileName(fields, value), file: await bytesOf(value) };
    if (typeof value !== "string" || fields.has(field)) throw malformed();
    fields.set(field, value);
  }
  throw new S3Error(400, "InvalidArgument", "POST requires exactly one file upload per request.", {
    ArgumentName: "file",
    ArgumentValue: "0",
  });
}

async function entries(request: S3Request, body: Buffer): Promise<FormData> {
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  try {
    return await new Response(new Uint8Array(body), { headers }).formData();
  } catch {
    throw malformed();
  }
}

/** `${filename}` in a field stands for the name of the file that the person chose. */
function withFileName(fields: ReadonlyMap<string, string>, file: File | string): Map<string, string> {
  const name = typeof file === "string" ? "" : file.name;
  return new Map([...fields].map(([field, value]) => [field, value.replaceAll("${filename}", () => name)]));
}

const bytesOf = async (file: File | string) =>
  typeof file === "string" ? Buffer.from(file) : Buffer.from(await file.arrayBuffer());

const malformed = () =>
  new S3Error(
    400,
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
  );
