import { ApiError } from "./error.ts";
import type { Current, Notes, Project, ProjectType, Version } from "./project-types.ts";
import { request } from "./request.ts";
import type { Operations } from "./schema.ts";

/** Without `cursor` it is the last page. */
export type ProjectPage = Operations["listProjects"]["response"];
export type ProjectQuery = {
  search: string;
  type: ProjectType | undefined;
  bin: boolean;
  cursor: string | undefined;
};

export type ProjectFacts = Operations["changeProject"]["body"];
export type NewProject = ProjectFacts & { title: string; notes?: Notes };

/** A save of notes: what it replaces, and the key of this attempt and its repetitions. */
export type Save = { ifMatch: string; idempotencyKey: string; keepalive: boolean; timeoutMs: number };

type ProjectResponse = { project: Project };

/** The last saved first. */
export function listProjects(accessToken: string, { search, type, bin, cursor }: ProjectQuery) {
  const query = new URLSearchParams({ limit: "24" });
  if (search) query.set("q", search);
  if (type) query.set("type", type);
  if (bin) query.set("bin", "true");
  if (cursor) query.set("cursor", cursor);
  return request<ProjectPage>(`/projects?${query}`, { accessToken });
}

/** The same key again returns the project that the first call created. */
export async function createProject(accessToken: string, json: NewProject, idempotencyKey: string) {
  const call = { method: "POST", accessToken, json, idempotencyKey };
  return projectIn(await request<ProjectResponse>("/projects", call));
}

export async function getProject(accessToken: string, id: string) {
  const answer = await request<ProjectResponse & { notes: Notes }>(pathOf(id), { accessToken });
  return { project: projectIn(answer), notes: notesIn(answer) };
}

/** The project, if it is no longer the one of `etag`. */
export async function getChanged(accessToken: string, id: string, etag: string) {
  try {
    const call = { accessToken, ifNoneMatch: etag };
    const answer = await request<ProjectResponse & { notes: Notes }>(pathOf(id), call);
    return { project: projectIn(answer), notes: notesIn(answer) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 304) return undefined;
    throw error;
  }
}

export async function saveNotes(accessToken: string, id: string, notes: Notes, save: Save) {
  const call = { method: "PUT", accessToken, json: { notes }, ...save };
  return projectIn(await request<ProjectResponse>(`${pathOf(id)}/notes`, call));
}

export async function changeProject(accessToken: string, id: string, json: ProjectFacts, ifMatch: string) {
  const call = { method: "PATCH", accessToken, json, ifMatch };
  return projectIn(await request<ProjectResponse>(pathOf(id), call));
}

/** Moves a project into the bin, or removes it with its versions. */
export const removeProject = (accessToken: string, id: string, forever: boolean) =>
  request<void>(`${pathOf(id)}${forever ? "?forever=true" : ""}`, { method: "DELETE", accessToken });

export async function restoreProject(accessToken: string, id: string) {
  const call = { method: "POST", accessToken };
  return projectIn(await request<ProjectResponse>(`${pathOf(id)}/restore`, call));
}

/** The newest first. */
export const listVersions = async (accessToken: string, id: string) =>
  (await request<{ items: Version[] }>(`${pathOf(id)}/versions`, { accessToken })).items;

export async function getVersion(accessToken: string, id: string, version: number) {
  return notesIn(await request<{ notes: Notes }>(`${pathOf(id)}/versions/${version}`, { accessToken }));
}

/** What the server has in place of what a save would have replaced; undefined for any other error. */
export function currentIn(error: unknown): Current | undefined {
  if (!(error instanceof ApiError) || error.status !== 412) return undefined;
  const current = error.current as Partial<Current> | undefined;
  return typeof current?.etag === "string" ? (current as Current) : undefined;
}

/** A network that answers for the server, with a page or with nothing, has saved nothing. */
function projectIn(answer: Partial<ProjectResponse> | undefined): Project {
  if (typeof answer?.project?.etag !== "string") throw new ApiError("unavailable");
  return answer.project;
}

function notesIn(answer: { notes: Notes } | undefined): Notes {
  if (!Array.isArray(answer?.notes)) throw new ApiError("unavailable");
  return answer.notes;
}

function pathOf(id: string): string {
  return `/projects/${encodeURIComponent(id)}`;
}
