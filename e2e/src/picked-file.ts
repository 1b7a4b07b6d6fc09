/** A file as a person picks it. */
export interface PickedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** How a ZIP archive begins whose first entry is what every Word document has. */
const zip = Buffer.concat([
  Buffer.from("PK\x03\x04\x14\0\x06\0\x08\0\0\0\x21\0", "latin1"),
  Buffer.alloc(12),
  Buffer.from("\x13\0\0\0[Content_Types].xml", "latin1"),
  Buffer.alloc(4096),
]);

export const wordDocument: PickedFile = {
  name: "letter.docx",
  mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  buffer: zip,
};

export const renamedText: PickedFile = {
  name: "notes.png",
  mimeType: "image/png",
  buffer: Buffer.from("Milk, bread, and a picture frame.\n"),
};
