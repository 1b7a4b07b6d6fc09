import type { Notes } from "../../api/project-types.ts";
import { stampsOf, textOf } from "./blocks.ts";

/** Notes that are only read. It can take the focus, so that the keyboard scrolls it. */
export function ReadNotes({ notes, label }: { notes: Notes; label: string }) {
  return (
    <div className="read-notes" role="region" aria-label={label} tabIndex={0}>
      {notes.length === 0 && <p className="small">Empty</p>}
      {notes.map((block, at) => (
        <p key={at} dir="auto">
          {stampsOf(block).map(({ label: stamp }, index) => (
            <bdi key={index} className="stamp-text">
              {stamp}
            </bdi>
          ))}
          {textOf(block)}
        </p>
      ))}
    </div>
  );
}
