const hosts = ["youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"];
const ofPath = /^\/(?:embed|shorts|live)\/([^/]*)\/?$/;

/** The 11 characters of the video that an https link names; undefined for any other link. */
export function videoIdOf(link: string): string | undefined {
  // A URL parser forgives backslashes and blanks.
  if (!/^https:\/\/[\x21-\x5b\x5d-\x7e]*$/.test(link) || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  const id = url.username || url.password ? undefined : idIn(url);
  return /^[\w-]{11}$/.test(id ?? "") ? id : undefined;
}

/** The link to a video, built from its id alone. */
export function videoLink(id: string): string {
  return `https://www.youtube.com/watch?v=${id}`;
}

function idIn({ host, pathname, searchParams }: URL): string | undefined {
  if (host === "youtu.be") return pathname.slice(1);
  if (!hosts.includes(host)) return undefined;
  if (/^\/watch\/?$/.test(pathname)) return searchParams.get("v") ?? undefined;
  return ofPath.exec(pathname)?.[1];
}
