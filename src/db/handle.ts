export type Engine = 'sqlite' | 'postgresql';

/** What the rest of the service may know of the database without knowing Prisma. */
export interface DatabaseHandle {
  readonly engine: Engine;
  /** Resolves when the database answers a query. Has no time limit of its own: the caller sets one. */
  ping(): Promise<void>;
  /** Ends all connections. Work still under way fails. */
  close(): Promise<void>;
}

/** How many of something there are; `max`: at most. */
export interface Usage {
  readonly used: number;
  readonly waiting: number;
  readonly max: number;
}

/** How a request stands against its time limit. */
export interface Deadline {
  /** Its time is up, and the client has been told so: nothing may be committed any more. */
  expired: boolean;
  /** Milliseconds until then. */
  readonly leftMs: number;
  /** Commits that have begun and are not known to have failed: what they wrote may be stored. */
  commits: number;
}
