import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import type { ApiError } from "../../api/error.ts";
import { ErrorMessage } from "../../ui/message.tsx";
import type { SaveQueue, SaveState } from "./save-queue.ts";

type SaveStatusProps = { queue: SaveQueue; keepsDrafts: boolean; children: (error: ApiError) => ReactNode };

/** The state of saving in words. Failures are announced, and the first save that follows; the others would interrupt. */
export function SaveStatus({ queue, keepsDrafts, children }: SaveStatusProps) {
  const state = useSyncExternalStore(queue.subscribe, queue.getState);
  const problem = useProblem(state);
  const hasSaved = useHasSaved(queue);
  return (
    <div className="save-status">
      <p className="small">{wordsOf(state, problem !== undefined)}</p>
      <p role="status" className="visually-hidden">
        {hasSaved && !problem && state.status !== "conflict" && "Saved"}
      </p>
      <ErrorMessage error={problem}>{problem && lossText(state, keepsDrafts)}</ErrorMessage>
      {problem && <div className="buttons">{children(problem)}</div>}
      {!problem && !keepsDrafts && (
        <p className="small">
          This browser keeps no draft: wait until the text is saved before you close the page.
        </p>
      )}
    </div>
  );
}

function wordsOf({ status }: SaveState, hasFailed: boolean): string {
  if (status === "saved") return "Saved";
  if (status === "saving") return hasFailed ? "Not saved. Trying again…" : "Saving…";
  if (status === "conflict") return "Changed elsewhere";
  return hasFailed ? "Not saved" : "Not saved yet";
}

function lossText({ status }: SaveState, keepsDrafts: boolean): string {
  const kept = keepsDrafts
    ? "Your text is kept in this browser."
    : "This browser keeps no draft: do not close this page.";
  return status === "refused" ? kept : `${kept} It is saved as soon as that is possible.`;
}

/** The last error, until a save succeeds: it stays while it is tried again. */
function useProblem(state: SaveState): ApiError | undefined {
  const [problem, setProblem] = useState<ApiError>();
  const next = nextProblem(state, problem);
  if (next !== problem) setProblem(next);
  return next;
}

function nextProblem(state: SaveState, problem: ApiError | undefined): ApiError | undefined {
  if (state.status === "failed" || state.status === "refused") return state.error;
  return state.status === "saved" || state.status === "conflict" ? undefined : problem;
}

function useHasSaved(queue: SaveQueue): boolean {
  const [hasSaved, setHasSaved] = useState(false);
  useEffect(() => queue.onArrived(() => setHasSaved(true)), [queue]);
  return hasSaved;
}
