import type { Readable } from 'node:stream';

/** What is stored: a file that came whole, and has been looked at. */
export interface ReceivedFile {
  /** Where it is on this machine: the store takes it away from there, or copies it. */
  readonly path: string;
  readonly size: number;
  /** Media type by content. */
  readonly type: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** From `start` to `end`, both of them included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a store's own link is for. */
export interface StoreLink {
  readonly fileId: string;
  readonly name: string;
  readonly type: string;
  readonly from: Date;
  readonly seconds: number;
}

/**
 * Where the bytes of files are, by the ids of the files. What is stored is whole, and never changes. Every method rejects with
 * an AppError SERVICE_UNAVAILABLE where the store can't do it just now.
 */
export interface FileStore {
  /** A folder of this machine, for what is being received. */
  readonly incoming: string;
  /** Whether it keeps files on this machine's disk. */
  readonly isLocal: boolean;
  /** Stores a file, over one of the same id: when it resolves it is whole and on disk, and where it rejects there is nothing of it. */
  put(fileId: string, file: ReceivedFile): Promise<void>;
  /** Its bytes, or some of them; undefined where there is no such file. */
  read(fileId: string, range?: ByteRange): Promise<Readable | undefined>;
  /** Removes a file: it is gone when this resolves, whether or not it was there. */
  remove(fileId: string): Promise<void>;
  /** The ids of all files in order, in pages. */
  list(): AsyncIterable<readonly string[]>;
  /** An address of the store's own at which anybody may read a file; undefined where readers come to us. */
  readonly linkTo?: ((link: StoreLink) => Promise<string>) | undefined;
}
