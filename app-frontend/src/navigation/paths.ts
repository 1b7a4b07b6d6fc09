/** Every path of the application, for links and routes alike. */
export const paths = {
  home: () => "/",
  createAccount: () => "/create",
  confirm: () => "/confirm",
  signIn: () => "/signin",
  forgot: () => "/forgot",
  reset: () => "/reset",
  account: () => "/account",
  gallery: () => "/gallery",
  ownGallery: () => "/gallery/mine",
  projects: () => "/projects",
  projectBin: () => "/projects/bin",
};

export function projectPath(id: string): string {
  return `${paths.projects()}/${encodeURIComponent(id)}`;
}

/** The id of the project whose path it is. */
export function projectIdIn(pathname: string): string | undefined {
  return pathname === paths.projectBin() ? undefined : /^\/projects\/([\w-]+)$/.exec(pathname)?.[1];
}
