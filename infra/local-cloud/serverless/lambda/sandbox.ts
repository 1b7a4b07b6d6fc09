/** What runs the bootstrap of one execution environment. */
export interface Sandbox {
  /** How the program ended, whatever ended it. */
  readonly ended: Promise<Ending>;
  /** Stops the clock of all of its programs: no timer, no connection goes on. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Also of one that is frozen, or still starts; resolves when nothing of it is left. */
  kill(): Promise<void>;
}

export interface Ending {
  /** Null if a signal ended it. */
  readonly code: number | null;
  /** The kernel ended it for its memory. */
  readonly outOfMemory: boolean;
}

export interface SandboxProps {
  /** Folder of this machine with the function's code. */
  readonly task: string;
  readonly env: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly tmpMb: number;
  readonly onLine: (line: string) => void;
}

export interface Sandboxes {
  start(props: SandboxProps): Sandbox;
  /** Where the function finds its code. */
  taskRoot(task: string): string;
  /** Ends what a runner with the same label left when it was killed. */
  sweep(): Promise<void>;
}
