import type { Principal } from '../auth/principal.js';
import type { DatabaseHandle, Deadline } from '../db/handle.js';
import type { FeedHandle } from '../live/live-feed.js';
import type { PresenceHandle } from '../live/live-presence.js';
import type { Clock } from '../schema/clock.js';

/** A structured log: fields first, then what happened. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a list tells beside its rows; the surfaces put it into headers. */
export interface PageInfo {
  page: number;
  limit: number;
  /** All rows that match, on every page. */
  total: number;
}

/** What an answer tells of a list that it has the newest part of; REST puts it into headers. */
export interface PartInfo {
  /** All that there are. */
  total: number;
  /** The cursor of those before; null: there are none. */
  older: string | null;
}

/** A file that came as the body of the call, and is in the store under its id. */
export interface StoredUpload {
  readonly fileId: string;
  /** Cleaned. */
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly sha256: string;
}

/** What one user may have uploaded. */
export interface FileQuota {
  /** Files that are attached to nothing yet. */
  readonly unattached: number;
  /** Bytes in 24 hours; 0: as many as they like. */
  readonly bytesPerDay: number;
}

/** Of a file, what a link to it tells. */
export interface LinkedFile {
  readonly fileId: string;
  readonly name: string;
  readonly type: string;
}

/** Where somebody who shows it can read a file without a token, for a while. */
export interface FileLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** What the service sends to others, as far as procedures decide on it. */
export interface OutboundHost {
  /** Why nothing may be sent to a URL; undefined: it may, if its host leads to where it may. */
  faultOf(url: string): string | undefined;
  /** The name of this database in this place: a copy elsewhere has another one. */
  home(): Promise<string>;
}

/** Keeps secrets in the database so that nobody who has that alone can read them; `place`: where it is stored. */
export interface SecretKeeper {
  seal(text: string, place: string): string;
  /** @throws Error where it was sealed with a key that is no longer known */
  open(stored: string, place: string): string;
}

/**
 * What a request brings to a procedure, the same from both surfaces. It is part of the published `AppRouter` type, so
 * nothing here may name a type of Prisma's, Fastify's or Zod's.
 */
export interface Context {
  /** null: no valid token came with the request. */
  readonly principal: Principal | null;
  readonly db: DatabaseHandle;
  /** What happens, as it happens. */
  readonly feed: FeedHandle;
  /** Who is at which ticket, as it changes. */
  readonly presence: PresenceHandle;
  readonly clock: Clock;
  readonly outbound: OutboundHost;
  readonly secrets: SecretKeeper;
  readonly log: Log;
  /** Names the request in the logs and to the client. */
  readonly requestId: string;
  readonly deadline: Deadline;
  /** null: no file came with it. */
  readonly upload: StoredUpload | null;
  /** What one user may upload. */
  readonly fileQuota: FileQuota;
  /** Most bytes that a failure may take of the answer: less in a batch, whose calls share one. */
  readonly failureBytes: number;
  /**
   * Takes a place among the calls under way, and gives the function that leaves it.
   *
   * @throws AppError SERVICE_UNAVAILABLE when all are taken; TOO_MANY_REQUESTS when the user has their share of them.
   */
  enter(): () => void;
  /**
   * Waits for a place among the user's answers that may be long, for as long as this request is open. Asked again it is there.
   *
   * @throws AppError SERVICE_UNAVAILABLE when the request has ended by then: what is read would be for nobody.
   */
  enterLarge(): Promise<void>;
  /**
   * Takes a place among the streams that are open, which stay for long: they take none of a call.
   *
   * @throws AppError TOO_MANY_REQUESTS when all are taken, or the user has their share of them.
   */
  enterStream(): () => void;
  /**
   * The name that the client has given to this request, so that sending it again writes nothing twice.
   *
   * @throws AppError BAD_REQUEST for what is no such name.
   */
  idempotencyKey(): string | undefined;
  /** Makes the address of a file's bytes. Whoever has it may read them, until it ends. */
  linkTo(file: LinkedFile): Promise<FileLink>;
  /** Tells the surface that the answer is the one that an earlier request of this name got. */
  onReplay(): void;
  /** Tells the surface the size of a list, for its headers. */
  onPage(info: PageInfo): void;
  /** Tells the surface what is missing of a list. */
  onPart(info: PartInfo): void;
  /** Tells how long a call took, and how it ended: `OK`, or the code of its failure. */
  onCall(procedure: string, code: string, seconds: number): void;
}
