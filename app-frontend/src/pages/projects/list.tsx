import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Project, ProjectType } from "../../api/project-types.ts";
import { listProjects } from "../../api/projects.ts";
import { paths, projectPath } from "../../navigation/paths.ts";
import { Link } from "../../navigation/router.tsx";
import { browserDrafts } from "../../session/drafts.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Retry } from "../../ui/retry.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { useInView } from "../../ui/use-in-view.ts";
import { Ago } from "./ago.tsx";
import { BinActions } from "./bin-actions.tsx";
import { NewProject } from "./new-project.tsx";
import { projectList } from "./project-list.ts";
import { typeNames } from "./project-types.ts";
import "../../styles/projects.css";

const searchPauseMs = 300;
const maxSearchLength = 200;
const types = Object.keys(typeNames) as ProjectType[];

export function ProjectList({ bin }: { bin: boolean }) {
  const [search, setSearch] = useState("");
  const [type, setType] = useState<ProjectType>();
  const query = useSettled([...search.trim()].slice(0, maxSearchLength).join(""), searchPauseMs);
  useEffect(() => browserDrafts.prune(), []);
  return (
    <div className="projects">
      <div className="projects-bar">
        <nav aria-label="Projects">
          <Link to={paths.projects()}>Projects</Link>
          <Link to={paths.projectBin()}>Bin</Link>
        </nav>
        {!bin && <NewProject />}
      </div>
      {bin && <p className="small">Projects stay here for 30 days. Then they are removed for good.</p>}
      <div className="projects-filter">
        <Field label="Search titles">
          {(control) => (
            <input
              {...control}
              type="search"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
        </Field>
        <Field label="Type">
          {(control) => (
            <select
              {...control}
              value={type ?? ""}
              onChange={(event) => setType((event.target.value || undefined) as ProjectType | undefined)}
            >
              <option value="">All</option>
              {types.map((each) => (
                <option key={each} value={each}>
                  {typeNames[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Found key={`${query} ${type}`} search={query} type={type} bin={bin} />
    </div>
  );
}

type FoundProps = { search: string; type: ProjectType | undefined; bin: boolean };

function Found({ search, type, bin }: FoundProps) {
  const { withAccessToken } = useSession();
  const [list] = useState(() =>
    projectList((cursor) => withAccessToken((token) => listProjects(token, { search, type, bin, cursor }))),
  );
  const { items, status, complete, error } = useSyncExternalStore(list.subscribe, list.getState);
  const end = useRef<HTMLDivElement>(null);
  const focusFallback = useFocusFallback(() => end.current?.querySelector<HTMLElement>("[role=status]"));
  const waits = status === "idle" && !complete && items.length > 0;
  useEffect(() => void list.more(), [list]);
  useInView(end, waits, list.more);
  return (
    <div {...focusFallback}>
      <ul className="project-list">
        {items.map((project) => (
          <Item key={project.id} project={project} bin={bin} onGone={() => list.remove(project.id)} />
        ))}
      </ul>
      <div ref={end}>
        <Retry error={error} busy={status === "loading"} onRetry={list.more} />
        {items.length > 0 && !complete && !error && (
          <Button variant="quiet" busy={!waits} onClick={() => void list.more()}>
            Show more
          </Button>
        )}
        <p role="status" tabIndex={-1} className="small">
          {foundText({ count: items.length, complete, bin, isFiltered: Boolean(search || type) })}
        </p>
      </div>
    </div>
  );
}

function Item({ project, bin, onGone }: { project: Project; bin: boolean; onGone: () => void }) {
  const { id, title, type, media, savedAt, deletedAt } = project;
  const changedAt = bin && deletedAt ? deletedAt : savedAt;
  return (
    <li>
      <div>
        <Link to={projectPath(id)} className="project-title">
          <bdi>{title}</bdi>
        </Link>
        <p className="small">
          {typeNames[type]}
          {media && (
            <>
              : <bdi>{media.name}</bdi>
            </>
          )}{" "}
          · {bin ? "deleted" : "saved"} <Ago iso={changedAt} />
        </p>
      </div>
      {bin && <BinActions project={project} onGone={onGone} />}
    </li>
  );
}

function foundText(found: { count: number; complete: boolean; bin: boolean; isFiltered: boolean }): string {
  const { count, complete, bin, isFiltered } = found;
  if (!complete) return count === 0 ? "" : `${projects(count)} shown.`;
  if (count > 0) return `That is all: ${projects(count)}.`;
  if (isFiltered) return "No project is like that.";
  return bin ? "The bin is empty." : "You have no projects yet. Begin with one: a title is enough.";
}

function projects(count: number): string {
  return count === 1 ? "1 project" : `${count} projects`;
}

/** The value, once it has stayed the same for a moment. */
function useSettled(value: string, delayMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
