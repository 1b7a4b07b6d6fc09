import { describe, expect, test } from "@jest/globals";
import { digestIn, mediaKey, notesKey, projectPrefixesOf, recordIdIn } from "../../src/domain/object-key.ts";
import { downloadName, maxMediaBytes, requireAcceptableMedia } from "../../src/domain/media.ts";
import { extensionOf } from "../../src/domain/media-type.ts";
import { projectTypeOf } from "../../src/domain/project.ts";
import { acceptedMedia } from "../media-files.ts";

const media = (contentType: string) => ({ videoId: null, media: { contentType } });
const refused = (code: string) => expect.objectContaining({ code });

describe("the type of a project", () => {
  test("PRJ-10 is that of its media or video, and no other is accepted", () => {
    expect(projectTypeOf(media("audio/mpeg"), undefined)).toBe("audio");
    expect(projectTypeOf(media("video/webm"), "video")).toBe("video");
    expect(projectTypeOf(media("application/pdf"), undefined)).toBe("pdf");
    expect(projectTypeOf({ videoId: "dQw4w9WgX-_", media: null }, "youtube")).toBe("youtube");
    expect(projectTypeOf({ videoId: null, media: null }, undefined)).toBe("none");
    const wrong = [
      [media("audio/mpeg"), "pdf"],
      [media("video/mp4"), "audio"],
      [{ videoId: "dQw4w9WgX-_", media: { contentType: "audio/mpeg" } }, undefined],
      [{ videoId: null, media: null }, "youtube"],
    ] as const;
    for (const [facts, type] of wrong)
      expect(() => projectTypeOf(facts, type)).toThrow(refused("invalid_input"));
  });
});

describe("media", () => {
  test("PRJ-36 is announced under any label but that of something else, up to 200 MiB", () => {
    for (const contentType of [
      "audio/webm;codecs=opus",
      "Audio/X-M4A",
      "audio/mp3",
      "",
      undefined,
      "application/pdf",
    ])
      requireAcceptableMedia({ contentType, bytes: maxMediaBytes });
    for (const contentType of [
      "text/html",
      "image/svg+xml",
      "application/xhtml+xml",
      "Application/XML",
      "image/png",
    ])
      expect(() => requireAcceptableMedia({ contentType, bytes: 1 })).toThrow(refused("unsupported_media"));
    expect(() => requireAcceptableMedia({ bytes: maxMediaBytes + 1 })).toThrow(refused("media_too_large"));
  });

  test("PRJ-43 a download ends with the extension of the type that was found", () => {
    expect(downloadName("talk.html", "mp3")).toBe("talk.html.mp3");
    expect(downloadName("Talk.MP3", "mp3")).toBe("Talk.mp3");
    for (const [contentType, extension] of Object.values(acceptedMedia))
      expect(extensionOf(contentType)).toBe(extension);
  });
});

describe("a key of an object", () => {
  const owned = { accountId: "account", id: "record" };
  const sha256 = "0123456789abcdef".repeat(4);

  test.each([
    notesKey(owned, "attempt", sha256),
    ...["mp3", "mp4", "m4a", "pdf"].map((extension) => mediaKey(owned, sha256, extension)),
  ])("%s names its account, record and content", (key) => {
    expect(recordIdIn(key)).toBe("record");
    expect(digestIn(key)).toBe(sha256);
    expect(projectPrefixesOf("account").some((prefix) => key.startsWith(prefix))).toBe(true);
  });
});
