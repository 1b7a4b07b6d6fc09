import { expect, test } from "@jest/globals";
import { headerFaults, type Site } from "../journeys/headers.ts";
import { send } from "../src/site.ts";

/** What nginx refuses before it knows which site it is for. */
export function nginxHeaderTests(site: Site & { readonly address: string; port(): number }): void {
  const { by } = site;

  test(`WEB-03 by ${by} what nginx refuses itself has every security header`, async () => {
    for (const [path, method] of [
      ["/api/account", "TRACE"],
      ["/api/%00", "GET"],
    ] as const) {
      const { status, headers } = await site.ask(path, { method });
      expect([path, Math.floor(status / 100), headerFaults(headers, site.tls)]).toEqual([path, 4, []]);
    }
  });

  test.each([
    ["without a host", 400, "GET / HTTP/1.1\r\n\r\n"],
    ["in no language", 400, "hello\r\n\r\n"],
    [
      "with a header that is too long",
      431,
      `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(40_000)}\r\n\r\n`,
    ],
    [
      "for another site",
      site.tls ? 400 : 421,
      "GET /api/ready HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ],
  ])(`WEB-03 by ${by} a request %s gets no version of anything`, async (_what, status, bytes) => {
    const answer = await send(site.address, site.port(), bytes);
    expect(answer).toContain(`${status} `);
    expect(answer).not.toMatch(/nginx\/|\d+\.\d+\.\d+/);
  });
}
