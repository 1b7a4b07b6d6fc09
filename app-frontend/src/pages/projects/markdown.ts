import type { Block, Notes, Project } from "../../api/project-types.ts";
import { isEditable, stampsOf, textOf } from "./blocks.ts";
import { isPlace } from "./stamps.ts";

/** A project as Markdown. The only links are ours; what Markdown or GitHub would take as markup in the text is escaped. */
export function markdownOf(
  { title, src, media }: Pick<Project, "title" | "src" | "media">,
  notes: Notes,
): string {
  const parts = [
    `# ${escapeLine(title)}`,
    ...(media ? [`File: ${escapeLine(media.name)}`] : []),
    ...(src ? [`<${src}>`] : []),
    ...notes.map((block) => paragraph(block, src)),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function paragraph(block: Block, src: string | null): string {
  const stamps = isEditable(block) ? stampsOf(block) : [];
  const marks = stamps.map(({ label: written, value }) => {
    const label = escapeLine(written.replace(/\s+/g, " ")) || "?";
    const link = src && isPlace(value) ? `(${src}&t=${Math.floor(value)}s)` : undefined;
    return link ? `[${label}]${link} ` : `**${label}** `;
  });
  const lines = textOf(block)
    .split(/\r\n?|[\n\u2028\u2029]/)
    .map(escapeLine);
  return (marks.join("") + hardBreaks(lines)).trimEnd();
}

/** An empty line would end the paragraph. */
function hardBreaks(lines: string[]): string {
  return lines
    .map((line) => line || "&nbsp;")
    .join("\\\n")
    .replace(/^&nbsp;$/, "");
}

function escapeLine(line: string): string {
  return line
    .trim()
    .replace(/[\\`*_[\]<>&|~$#{}!]/g, "\\$&")
    .replace(/^(?:[-+=]|:(?!\/\/))/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/:(?=\/\/)|@|(?<=\bwww)\./gi, "\\$&");
}
