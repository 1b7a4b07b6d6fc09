import { connect, type Socket } from "node:net";
import { goodPassword, newEmail, someAddress } from "./client.ts";
import { onePixelPng } from "./images.ts";

export const boundary = "----boundary";

/** A registration as the body of a form, up to the bytes of its picture. */
export function formStart(email: string): string {
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n`;
  return field("email", email) + field("password", goodPassword) + file;
}

/** A whole registration as the body of a form. */
export function formBody(image: Uint8Array = onePixelPng, email = newEmail()): Buffer {
  return Buffer.concat([Buffer.from(formStart(email)), image, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

interface Head {
  readonly length?: number;
  readonly chunked?: boolean;
  readonly boundary?: string;
  readonly address?: string;
}

/** A connection that has sent the headers of a registration; they need not match the body. */
export function openForm(url: string, head: Head): Socket {
  const { length, chunked = false, address = someAddress() } = head;
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  const lines = [
    "POST /api/auth/register HTTP/1.1",
    "Host: localhost",
    `X-Forwarded-For: ${address}`,
    `Content-Type: multipart/form-data; boundary=${head.boundary ?? boundary}`,
    ...(length === undefined ? [] : [`Content-Length: ${length}`]),
    ...(chunked ? ["Transfer-Encoding: chunked"] : []),
    "Connection: close",
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return socket;
}

/** The status of the first response on a connection; 0 if it is closed without one. */
export function statusOf(socket: Socket): Promise<number> {
  let text = "";
  return new Promise((resolve) => {
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      if (status !== undefined) resolve(Number(status));
    });
    socket.on("close", () => resolve(0));
  });
}
