import { hasCode } from "../../api/error.ts";
import type { Notes, Project } from "../../api/project-types.ts";
import { type NewProject, type ProjectFacts, type Save, currentIn } from "../../api/projects.ts";
import { emitter } from "../../emitter.ts";
import type { Draft, DraftPlace, Drafts, StoredDraft } from "../../session/drafts.ts";
import { noteEditor } from "./note-editor.ts";
import { type SaveClock, saveQueue } from "./save-queue.ts";
import { copyTitle } from "./titles.ts";

export type Loaded = { project: Project; notes: Notes };

/** The calls of the API for one project. */
export type NoteApi = {
  get: () => Promise<Loaded>;
  getChanged: (etag: string) => Promise<Loaded | undefined>;
  save: (notes: Notes, save: Save) => Promise<Project>;
  change: (facts: ProjectFacts, etag: string) => Promise<Project>;
  restore: () => Promise<Project>;
  create: (project: NewProject, key: string) => Promise<Project>;
};

export type NoteState = {
  project: Project;
  /** What replaced the text that this one began with. */
  theirs: Loaded | undefined;
  /** The project that holds this text after a conflict, or after its own was removed. */
  copy: Project | undefined;
  /** Whether text was there that an earlier tab could not save. */
  isRestored: boolean;
  /** Drafts of closed tabs that were not looked at. */
  left: readonly StoredDraft[];
  /** Whether the browser kept the last draft. */
  keepsDrafts: boolean;
};

/** What happens to text that is not saved: it is saved, kept as a draft, or dropped because the person has signed out. */
export type Ending = "save" | "keep" | "drop";

type Dependencies = Loaded & {
  api: NoteApi;
  drafts: Drafts;
  place: DraftPlace;
  /** Drafts of closed tabs. The newest one is the text to go on with. */
  left: readonly StoredDraft[];
  clock: SaveClock;
  newKey: () => string;
  /** Called with what was saved here. */
  onSaved: (project: Project) => void;
};

export type OpenNote = ReturnType<typeof openNote>;

const draftPauseMs = 300;
const maxTries = 20;

/** A project that is open in the editor: its text, its saves, its draft, and what others do to it. */
export function openNote({ api, drafts, place, clock, newKey, onSaved, ...opened }: Dependencies) {
  const changed = emitter();
  const editor = noteEditor(opened.notes, clock.now);
  const queue = saveQueue(baseOf(opened.project), { save: api.save, notes: editor.notes, clock, newKey });
  let copyKey = newKey();
  let callOffDraft = () => {};
  let isOver = false;
  let state: NoteState = {
    project: opened.project,
    theirs: undefined,
    copy: undefined,
    isRestored: false,
    left: opened.left,
    keepsDrafts: true,
  };

  function become(change: Partial<NoteState>) {
    state = { ...state, ...change };
    changed.emit();
  }

  function keepDraft() {
    callOffDraft();
    if (!queue.isDirty()) return;
    const draft: Draft = {
      atMs: clock.now(),
      title: state.project.title,
      base: queue.base(),
      key: queue.key(),
      notes: editor.notes(),
    };
    const keepsDrafts = drafts.put(place, draft);
    if (keepsDrafts !== state.keepsDrafts) become({ keepsDrafts });
  }

  function dropDraft() {
    callOffDraft();
    drafts.remove(place);
  }

  /** Shows what the server has in place of what is here. */
  function follow({ project, notes }: Loaded) {
    if (project.notesSha256 !== queue.base().sha256 || queue.isDirty()) editor.follow(notes);
    queue.follow(baseOf(project));
    dropDraft();
    become({ project, theirs: undefined });
  }

  function adopt({ tab, draft }: StoredDraft) {
    editor.follow(draft.notes);
    queue.adopt(draft.base, draft.key);
    keepDraft();
    if (state.keepsDrafts && tab !== place.tab) drafts.remove({ ...place, tab });
    become({ isRestored: true, left: state.left.filter((other) => other.tab !== tab) });
  }

  async function loadTheirs() {
    become({ theirs: await api.get() });
  }

  /** Creates a project with the text that is here, under a title that is free. */
  async function createCopy(): Promise<Project> {
    const { title, src, media } = state.project;
    let source: Pick<ProjectFacts, "src" | "mediaId"> = media ? { mediaId: media.id } : src ? { src } : {};
    for (let count = 1; ;) {
      try {
        const copy = { title: copyTitle(title, count), ...source, notes: editor.notes() };
        return await api.create(copy, copyKey);
      } catch (error) {
        if (count >= maxTries) throw error;
        if (hasCode(error, "media_gone") && source.mediaId) source = {};
        else if (hasCode(error, "title_taken")) count += 1;
        else throw error;
      }
    }
  }

  async function check() {
    const before = queue.base().etag;
    const news = await api.getChanged(before);
    // Typed in the meantime: the save will find the news.
    if (news && !queue.isDirty() && queue.base().etag === before) follow(news);
  }

  /** After a change of facts that was refused: whether they are still those that the person saw. */
  async function refreshFacts(): Promise<boolean> {
    const { project } = await api.get();
    const isSame = factsOf(project) === factsOf(state.project);
    become({ project });
    return isSame;
  }

  /** Ends the editing. Later calls change nothing. */
  function end(ending: Ending) {
    if (isOver) return;
    isOver = true;
    if (ending === "drop") dropDraft();
    else keepDraft();
    callOffDraft();
    queue.end({ saves: ending === "save" });
  }

  editor.onEdited(() => {
    queue.edited();
    callOffDraft();
    callOffDraft = clock.after(draftPauseMs, keepDraft);
  });
  queue.onArrived((project) => {
    if (queue.isDirty()) keepDraft();
    else dropDraft();
    become({ project });
    onSaved(project);
  });
  queue.subscribe(() => {
    if (queue.getState().status !== "conflict" || state.theirs) return;
    copyKey = newKey();
    keepDraft();
  });
  const [newest] = opened.left;
  if (newest) adopt(newest);

  return {
    editor,
    queue,
    getState: () => state,
    subscribe: changed.subscribe,
    loadTheirs,
    adopt,

    /** Shows what was saved elsewhere, if nothing was typed here. Else saves that. */
    async refresh() {
      if (queue.isDirty()) await queue.flush();
      else await check();
    },

    /** Stores this text as another project, and shows what the server has here. */
    async keepCopy() {
      const copy = await createCopy();
      follow(await api.get());
      copyKey = newKey();
      become({ copy });
    },

    /** Stores this text as another project: its own is gone. */
    async moveToCopy() {
      const copy = await createCopy();
      end("drop");
      return copy;
    },

    /** Drops this text. */
    async takeTheirs() {
      follow(await api.get());
    },

    /** Changes title, link or media. Repeated over a change of the notes, but not over one of these. */
    async change(facts: ProjectFacts) {
      let etag = state.project.etag;
      for (let tries = 1; ; tries += 1) {
        try {
          const project = await api.change(facts, etag);
          become({ project });
          onSaved(project);
          if (!queue.rebase(project) && !queue.isDirty()) await check();
          return;
        } catch (error) {
          const current = currentIn(error);
          if (!current || tries >= maxTries || !(await refreshFacts())) throw error;
          etag = state.project.etag;
        }
      }
    },

    async restore() {
      become({ project: await api.restore() });
      if (queue.isDirty()) await queue.flush();
    },

    /** The page may be closed at any moment from now on. */
    leave() {
      keepDraft();
      void queue.flush({ isLeaving: true });
    },

    end,
  };
}

function baseOf({ etag, notesSha256 }: Project) {
  return { etag, sha256: notesSha256 };
}

function factsOf({ title, src, media }: Project): string {
  return JSON.stringify([title, src, media?.id]);
}
