import { AppError, type ErrorCode } from "../domain/app-error.ts";
import { encodeNotes } from "../domain/notes.ts";
import { type Project, projectQuota } from "../domain/project.ts";
import type { MediaUseCases, ReceivedFile } from "./media.ts";
import type { Actor, ProjectUseCases } from "./projects.ts";

/** What is saved under a title. */
export interface TitledProject {
  readonly title: string;
  readonly label: string | null;
  /** Undefined: a video that is there stays. */
  readonly videoId: string | undefined;
  readonly notes: unknown;
  /** Undefined: media that is there stays. */
  readonly file: ReceivedFile | undefined;
}

interface Dependencies {
  readonly projects: Pick<
    ProjectUseCases,
    "bin" | "create" | "getByTitle" | "list" | "notesOf" | "saveFacts" | "saveNotes"
  >;
  readonly media: Pick<MediaUseCases, "discardReceived" | "receive" | "remove">;
}

/** Another request was faster: what it left is looked at again. */
const raced = new Set<ErrorCode>(["title_taken", "stale_version", "in_bin", "not_found"]);
/** More than saves of one account at a time. */
const maxAttempts = 50;

export type ProjectsByTitle = ReturnType<typeof projectsByTitle>;

/** Projects of one account outside of the bin by their titles, for clients that know no ids and no revisions. */
export function projectsByTitle({ projects, media }: Dependencies) {
  /** All projects, the last saved first. */
  async function list(accountId: string): Promise<Project[]> {
    return (await projects.list({ accountId, limit: projectQuota.maxProjects })).items;
  }

  /** The project of that tidy title. Throws `not_found`. */
  async function get(accountId: string, title: string): Promise<Project> {
    const project = await projects.getByTitle(accountId, title);
    if (!project) throw new AppError("not_found", "no project of that title");
    return project;
  }

  /**
   * Creates the project, or saves the notes of the one that has the title: the last of parallel saves wins, and each is a
   * version. The signal ends the taking in of its file. Of a file that is not used nothing is left.
   */
  async function save(actor: Actor, wanted: TitledProject, signal: AbortSignal): Promise<Project> {
    const incoming = incomingFile(media, actor.accountId, wanted.file, signal);
    try {
      encodeNotes(wanted.notes); // refused before the file is read
      for (let attempt = 1; ; attempt += 1) {
        const known = await projects.getByTitle(actor.accountId, wanted.title);
        try {
          return await (known ? saveInto(actor, known, wanted, incoming) : create(actor, wanted, incoming));
        } catch (error) {
          if (!(error instanceof AppError && raced.has(error.code) && attempt < maxAttempts)) throw error;
        }
      }
    } finally {
      await incoming.discardUnused();
    }
  }

  async function create(actor: Actor, wanted: TitledProject, incoming: Incoming): Promise<Project> {
    const { title, label, notes } = wanted;
    const mediaId = await incoming.take();
    const videoId = mediaId === null ? (wanted.videoId ?? null) : null;
    const project = await projects.create(actor, { title, label, videoId, mediaId, notes });
    incoming.used();
    return project;
  }

  async function saveInto(actor: Actor, known: Project, wanted: TitledProject, incoming: Incoming) {
    const hasSource = known.media !== null || known.videoId !== null;
    const mediaId = hasSource ? null : await incoming.take(); // a file that is refused changes nothing
    const saved = await projects.saveNotes(actor, known.id, { from: [known.revision], notes: wanted.notes });
    // Notes that were there already are saved whatever the revision: another request may have added media.
    if (saved.media) return saved;
    const { videoId } = wanted;
    const takesFile = mediaId !== null && saved.videoId === null;
    if (!takesFile && videoId === undefined) return saved;
    const facts = takesFile ? { mediaId } : { videoId };
    const changed = await projects.saveFacts(actor, known.id, { from: [saved.revision], facts });
    if (takesFile) incoming.used();
    return changed;
  }

  /** Moves the project of that title to the bin. Throws `not_found`. */
  async function bin(accountId: string, title: string): Promise<void> {
    await projects.bin(accountId, (await get(accountId, title)).id);
  }

  return { list, get, notesOf: projects.notesOf, save, bin };
}

type Incoming = ReturnType<typeof incomingFile>;

/** A file that is taken in once, when it turns out that it is needed. */
function incomingFile(
  media: Dependencies["media"],
  accountId: string,
  file: ReceivedFile | undefined,
  signal: AbortSignal,
) {
  let taken: string | undefined;
  let isUsed = false;
  return {
    /** The id of its media; null if there is no file. */
    async take(): Promise<string | null> {
      if (!file) return null;
      taken ??= (await media.receive(accountId, file, signal)).id;
      signal.throwIfAborted();
      return taken;
    },
    used: () => void (isUsed = true),
    async discardUnused(): Promise<void> {
      if (!file || isUsed) return;
      if (taken === undefined) await media.discardReceived(file.id);
      // If it has another id, the account had the same bytes before: they stay.
      else if (taken === file.id) await media.remove(accountId, file.id).catch(() => undefined);
    },
  };
}
