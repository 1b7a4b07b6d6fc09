import { afterAll, beforeAll } from "@jest/globals";

/** One store port of an adapter, opened alone, and its store without the port. */
export interface Opened<Port> {
  readonly port: Port;
  readonly raw: RawStore;
  close(): Promise<void>;
}

/** Prepares and reads a store by raw queries. */
export interface RawStore {
  /** Adds an account that other records can belong to; returns its id. */
  addAccount(facts?: RawAccount): Promise<string>;
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

export interface RawImage {
  readonly id: string;
  readonly accountId: string;
  readonly objectKeys: readonly string[];
}

export type Open<Port> = () => Promise<Opened<Port>>;

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
