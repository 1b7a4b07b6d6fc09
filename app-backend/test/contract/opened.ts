import { afterAll, beforeAll } from "@jest/globals";

/** One store port of an adapter, opened alone, and its store without the port. */
export interface Opened<Port, Raw = RawStore> {
  readonly port: Port;
  readonly raw: Raw;
  close(): Promise<void>;
}

/** Prepares and reads a store by raw queries. */
export interface RawStore {
  /** Adds an account that other records can belong to; returns its id. */
  addAccount(facts?: RawAccount): Promise<string>;
  /** Marks an account as removed. */
  markRemoved(accountId: string): Promise<void>;
  /** Adds a session, which has proven nothing. */
  addSession(session: { readonly id: string; readonly accountId: string }): Promise<void>;
  /** The credential version of an account, and those of its sessions by their ids. */
  versions(accountId: string): Promise<{ account: number; sessions: Record<string, number> }>;
  /** Adds a TOTP secret that is in force, and recovery codes. */
  addFactors(factors: RawFactors): Promise<void>;
  /** Adds an identity at a provider. */
  addIdentity(identity: { readonly accountId: string; readonly issuer: string }): Promise<void>;
  /** Adds an image: published with an object and a thumbnail, or pending without objects. */
  addImage(image: RawImage): Promise<void>;
  /** How many records hold the text in any field. */
  count(text: string): Promise<number>;
}

export interface RawAccount {
  readonly id?: string;
  readonly email?: string;
  readonly pictureKey?: string;
  /** What the identity provider made for the account. */
  readonly credential?: string;
  readonly credentialVersion?: number;
  readonly isRemoved?: boolean;
}

export interface RawFactors {
  readonly accountId: string;
  readonly totpId: string;
  readonly lastStep: number;
  /** Of its recovery codes. */
  readonly hashes: readonly string[];
}

export interface RawImage {
  readonly id: string;
  readonly accountId: string;
  readonly objectKeys: readonly string[];
}

/** The same for stores of projects and media. */
export interface RawProjectStore extends RawStore {
  /** Adds stored media that is not counted. */
  addMedia(media: RawMedia): Promise<void>;
  /** Adds a project with one version that is not counted. */
  addProject(project: RawProject): Promise<void>;
  /** What the account has counted, and what its records add up to. */
  usage(accountId: string): Promise<{ readonly counted: RawUsage; readonly summed: RawUsage }>;
  /** Sets what the account has counted, so that a quota is nearly full. */
  setUsage(accountId: string, usage: Partial<RawUsage>): Promise<void>;
}

export interface RawMedia {
  readonly id: string;
  readonly accountId: string;
  readonly sha256: string;
  readonly objectKey: string;
  readonly keptUntil: Date;
}

export interface RawProject {
  readonly id: string;
  readonly accountId: string;
  readonly notesKey: string;
  readonly mediaId?: string;
}

/** `notesBytes` are those of all kept versions, `mediaBytes` those of pending and stored media. */
export interface RawUsage {
  readonly projects: number;
  readonly notesBytes: number;
  readonly mediaFiles: number;
  readonly mediaBytes: number;
}

export type Open<Port, Raw = RawStore> = () => Promise<Opened<Port, Raw>>;

/** Opens a port for the tests of one suite; the result may only be used inside of them. */
export function whileOpen<What extends { close(): Promise<void> }>(open: () => Promise<What>): () => What {
  let opened: What | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());
  return () => {
    if (opened === undefined) throw new Error("the store is not open yet");
    return opened;
  };
}
