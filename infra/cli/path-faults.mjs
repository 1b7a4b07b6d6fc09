// Plain JavaScript: it is asked before anything is installed, and at paths from which nothing else can be loaded.

/** What a path cannot have, and whom it misleads. */
const misleading = [
  // eslint-disable-next-line no-control-regex
  [/[\0-\x1f\x7f]/, "a line break or another control character"],
  [/[#?]/, "# or ?, which Vite and Node take for parts of a URL"],
  [/:/, ":, which separates the paths of a list"],
  [/[$\\]/, "$ or \\, which Ansible expands"],
  [/\{[{%]/, "{{ or {%, which Ansible takes for a template"],
];

/** Why this repository cannot be used at a path; undefined if it can. */
export function faultOfPath(path) {
  const found = misleading.filter(([part]) => part.test(path)).map(([, what]) => what);
  if (found.length === 0) return undefined;
  return `Move this repository: its path has ${found.join("; ")}.\n  ${JSON.stringify(path)}`;
}
