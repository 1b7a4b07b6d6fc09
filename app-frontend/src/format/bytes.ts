const kibi = 1024;

/** A size as text: "840 kB", "2.3 MB". In units of 1024, as the limits are. */
export function formatBytes(bytes: number): string {
  const kilobytes = Math.ceil(bytes / kibi);
  return kilobytes < kibi ? `${kilobytes} kB` : `${(bytes / kibi ** 2).toFixed(1)} MB`;
}
