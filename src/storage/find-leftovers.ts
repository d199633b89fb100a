import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';
import { madeAt } from '../schema/ids.js';
import type { FileStore } from './file-store.js';
import { idsOfRows } from './known-files.js';
import { INCOMING } from './receive-file.js';

/** What is younger may be an upload that is under way on some instance. */
const LEFT_OVER_MS = 2 * 3_600_000;
/** Most rows that are read at once. */
const BATCH = 500;
/** Most of each that one run finds; the next one finds the others. */
const MOST = 10_000;
/** So many that no row knows may be what crashes have left, whatever else there is. */
const FEW = 100;

interface Parts {
  db: Database;
  store: FileStore;
  clock: Clock;
}

export interface Leftovers {
  /** How many there were of bytes that no row knows, and of files that were being received; they are removed. */
  readonly removed: number;
  /** The files of rows whose bytes are not in the store. Nothing happens to them: a backup may have the bytes. */
  readonly missing: readonly string[];
}

const selectStored = query('select stored files', { after: 'files.id', batch: 'number' }, ({ db, p }) =>
  db
    .selectFrom('files')
    .select('id')
    .where('id', '>', p.after)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(p.batch),
);

/**
 * Compares the store with the rows: removes what a crash has left, and finds what has been lost.
 *
 * @throws Error, and removes nothing from the store, where the rows know less than half of many files: they are another database's.
 */
export async function findLeftovers({ db, store, clock }: Parts, signal: AbortSignal): Promise<Leftovers> {
  const before = clock.now().getTime() - LEFT_OVER_MS;
  const received = await removeIncoming(store.incoming, before);
  const rows = new Rows(db, before);
  const unknown: string[] = [];
  const missing: string[] = [];
  let known = 0;
  for await (const ids of store.list()) {
    if (signal.aborted || unknown.length >= MOST) break;
    const old = ids.filter((id) => madeAt(id) < before);
    const withRow = await idsOfRows(db, old);
    known += withRow.size;
    unknown.push(...old.filter((id) => !withRow.has(id)));
    for (const id of await rows.upTo(old.at(-1) ?? '')) if (!withRow.has(id)) missing.push(id);
  }
  if (!signal.aborted && unknown.length < MOST) missing.push(...(await rows.upTo('g')));
  if (unknown.length > FEW && unknown.length > known) {
    throw new Error(
      `The database knows ${known} of ${known + unknown.length} files: is it the one that they belong to?`,
    );
  }
  for (const id of unknown) if (!signal.aborted) await store.remove(id);
  return { removed: received + unknown.length, missing: await withoutBytes(store, missing, signal) };
}

/** The rows of files that are old enough, in the order of their ids. */
class Rows {
  readonly #db: Database;
  readonly #before: number;
  #next: string[] = [];
  #after = '';
  #ended = false;

  constructor(db: Database, before: number) {
    this.#db = db;
    this.#before = before;
  }

  /** Those that have not been given yet, up to an id; no more than one run looks at. */
  async upTo(last: string): Promise<string[]> {
    const given: string[] = [];
    while (given.length < MOST) {
      if (this.#next.length === 0) await this.#read();
      const [id] = this.#next;
      if (id === undefined || id > last) break;
      given.push(id);
      this.#next.shift();
    }
    return given;
  }

  async #read(): Promise<void> {
    if (this.#ended) return;
    const rows = await this.#db.sql.rows(selectStored, { after: this.#after, batch: BATCH });
    this.#next = rows.map(({ id }) => id).filter((id) => madeAt(id) < this.#before);
    this.#after = rows.at(-1)?.id ?? this.#after;
    this.#ended = this.#next.length < BATCH;
  }
}

/** Asks for each: what was removed meanwhile, or came while the store was listed, is not lost. */
async function withoutBytes(store: FileStore, fileIds: readonly string[], signal: AbortSignal): Promise<string[]> {
  const missing: string[] = [];
  for (const fileId of fileIds.slice(0, MOST)) {
    if (signal.aborted) break;
    const bytes = await store.read(fileId, { start: 0, end: 0 });
    if (bytes === undefined) missing.push(fileId);
    else bytes.destroy();
  }
  return missing;
}

async function removeIncoming(folder: string, before: number): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  let removed = 0;
  for (const name of names.filter((one) => one.startsWith(INCOMING))) {
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written === undefined || written.mtimeMs >= before) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
