import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { after } from "../../src/domain/time.ts";
import type { EndedSession, EndedSessions } from "../../src/ports/ended-sessions.ts";
import { at } from "./fixtures.ts";
import { type Open, type RawStore, whileOpen } from "./opened.ts";

/** Records and forgets by raw queries. */
export interface RawEndedSessions extends Pick<RawStore, "count"> {
  addEnded(session: EndedSession): Promise<void>;
  removeEnded(): Promise<void>;
}

const hourMs = 3_600_000;
const [run, other] = ["a".repeat(40), "b".repeat(40)];

export function endedSessionsContract(open: Open<EndedSessions, RawEndedSessions>): void {
  const opened = whileOpen(open);
  beforeEach(() => opened().raw.removeEnded());

  async function newEnd(endedAt: Date): Promise<EndedSession> {
    const ended = { sessionId: randomUUID(), endedAt };
    await opened().raw.addEnded(ended);
    return ended;
  }

  describe("ended sessions", () => {
    test("what was not published to a run is listed for it, the oldest first, and not again", async () => {
      const { port } = opened();
      const [second, first] = [await newEnd(after(at, 2)), await newEnd(after(at, 1))];
      expect(await port.listUnpublished(run, at, 10)).toEqual([first, second]);
      expect(await port.listUnpublished(run, at, 1)).toEqual([first]);
      await port.markPublished([first.sessionId], run);
      expect(await port.listUnpublished(run, at, 10)).toEqual([second]);
      await port.markPublished([second.sessionId], run);
      expect(await port.listUnpublished(run, at, 10)).toEqual([]);
    });

    test("what was published to another run is not published to this one", async () => {
      const { port } = opened();
      const ended = await newEnd(after(at, 1));
      await port.markPublished([ended.sessionId], other);
      expect(await port.listUnpublished(run, at, 10)).toEqual([ended]);
      expect(await port.countUnpublished(at)).toBe(0); // to none
    });

    test("all are listed by id, in pages, published or not", async () => {
      const { port } = opened();
      const all = [];
      for (let index = 1; index <= 5; index += 1) all.push(await newEnd(after(at, index)));
      await port.markPublished([all[0]!.sessionId], run);
      const sorted = all.toSorted((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
      expect(await port.list(at, "", 3)).toEqual(sorted.slice(0, 3));
      expect(await port.list(at, sorted[2]!.sessionId, 3)).toEqual(sorted.slice(3));
    });

    test("those of before a time are neither listed nor counted", async () => {
      const { port } = opened();
      await newEnd(at);
      const ended = await newEnd(after(at, 1));
      expect(await port.list(at, "", 10)).toEqual([ended]);
      expect(await port.listUnpublished(run, at, 10)).toEqual([ended]);
      expect(await port.countUnpublished(at)).toBe(1);
    });

    test("those that ended by a time are removed, and no others", async () => {
      const { port, raw } = opened();
      const [old, kept] = [await newEnd(at), await newEnd(after(at, 1))];
      await port.remove(at);
      await port.remove(at);
      expect(await raw.count(old.sessionId)).toBe(0);
      expect(await port.list(after(at, -hourMs), "", 10)).toEqual([kept]);
    });

    test("marking none changes nothing", async () => {
      await newEnd(after(at, 1));
      await opened().port.markPublished([], run);
      expect(await opened().port.countUnpublished(at)).toBe(1);
    });
  });
}
